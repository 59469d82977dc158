private import Support
internal import HTTPClient
internal import JSON

/// Sends messages to the remote server over Streamable HTTP, with the credential and the header
/// fields of their revision.
///
/// The file is longer than 150 lines because `send` and the steps that it may repeat belong together.
struct RemoteServer: Sendable {
  typealias Fields = [(name: String, value: String)]

  /// How often one message is sent again with a renewed credential.
  private static let mostRenewals = 3
  /// The waits before a message is sent again whose connection was lost.
  private static let waits: [Duration] = [.milliseconds(100), .seconds(1)]
  /// In bytes: of the body of an error.
  private static let longestProblem = 1 << 18
  /// How many pages of tools are read after a header mismatch.
  private static let mostPages = 16

  let url: String
  let client: any StreamingClient
  let credential: any RemoteCredential
  let session: RemoteSession
  let toolHeaders: ToolHeaders
  let budget: AnswerBudget
  let notice: @Sendable (String) -> Void
  /// Waits; returns early if the task is cancelled.
  let sleep: @Sendable (Duration) async -> Void

  /// Sends a message until the server accepts it.
  /// - Parameter renewsSession: whether a lost session is started again.
  /// - Returns: a response with a status of 2xx.
  func send(_ message: ClientMessage, _ exchange: Exchange, renewsSession: Bool = true)
    async throws(BridgeError) -> StreamedResponse
  {
    var (renewals, losses, mayStart, mayList) = (0, 0, renewsSession, true)
    while true {
      let started = message.version == nil && !message.isInitialize ? session.current : nil
      let parameters =
        try message.version == nil || message.method != "tools/call"
        ? [] : toolHeaders.fields(for: message.params)
      let presented = try await presentedFields()
      guard !exchange.isCancelled else { throw .lost }
      exchange.willSend()
      let response: StreamedResponse
      do {
        response = try await client.open(
          OutboundRequest(
            .post(message.line), url,
            fields: [
              (name: "Content-Type", value: "application/json"),
              (name: "Accept", value: "application/json, text/event-stream"),
            ] + message.mirroredFields + (started?.fields ?? []) + parameters + presented))
      } catch {
        // RFC 9110 §9.2.2: never a request that may change something.
        guard error == .unreachable, message.isIdempotent, losses < Self.waits.count,
          !exchange.isCancelled
        else { throw .outbound(error) }
        await sleep(Self.waits[losses])
        losses += 1
        continue
      }
      guard exchange.use(response.body) else { throw .lost }
      if 200..<300 ~= response.status { return response }
      let problem = await problem(response, of: message)
      if response.status == 404, mayStart, let started, started.id != nil {
        mayStart = false
        try await startAgain(after: started.generation)
        continue
      }
      if problem?.errorCode == -32_020, mayList, message.method == "tools/call",
        message.version != nil
      {
        mayList = false
        if await listTools(as: message, exchange) { continue }
      }
      if renewals < Self.mostRenewals, try await isRenewed(response, presented) {
        renewals += 1
        continue
      }
      if let problem { throw .answered(problem.line) }
      throw .status(response.status)
    }
  }

  /// Opens an event stream (MCP 2025-11-25 basic/transports, "Listening for Messages from the
  /// Server").
  /// - Parameter lastEvent: the last event of the stream that is resumed.
  /// - Returns: `nil` if the connection is lost, or the server cannot serve it now.
  /// - Throws: `.status` and `.credential`; `.invalidAnswer(.mediaType)`
  func listen(_ started: RemoteSession.Started?, after lastEvent: String?, _ exchange: Exchange)
    async throws(BridgeError) -> StreamedResponse?
  {
    for _ in 0...Self.mostRenewals {
      var fields: Fields = [(name: "Accept", value: "text/event-stream")]
      fields += started?.fields ?? []
      if let lastEvent { fields.append((name: "Last-Event-ID", value: lastEvent)) }
      let presented = try await presentedFields()
      guard !exchange.isCancelled else { throw .lost }
      guard
        let response = try? await client.open(
          OutboundRequest(.get, url, fields: fields + presented))
      else { return nil }
      guard exchange.use(response.body) else { throw .lost }
      if 200..<300 ~= response.status {
        guard response.mediaKind == .events else {
          response.body.cancel()
          throw .invalidAnswer(.mediaType)
        }
        return response
      }
      response.body.cancel()
      if response.status == 429 || response.status >= 500 { return nil }
      guard try await isRenewed(response, presented) else { throw .status(response.status) }
    }
    throw .status(401)
  }

  /// Ends the session at the server ("Session Management"). The answer does not matter.
  func end(_ started: RemoteSession.Started) async {
    guard let presented = try? await presentedFields(),
      let response = try? await client.open(
        OutboundRequest(.delete, url, fields: started.fields + presented))
    else { return }
    response.body.cancel()
  }

  // MARK: The credential

  private func presentedFields() async throws(BridgeError) -> Fields {
    do throws(RemoteCredentialError) {
      return try await credential.fields()
    } catch {
      throw .credential(401, error.sentence)
    }
  }

  private func isRenewed(_ response: StreamedResponse, _ presented: Fields)
    async throws(BridgeError) -> Bool
  {
    guard response.status == 401 || response.status == 403 else { return false }
    let challenges = response.fields.filter {
      ASCII.areEqual($0.name.utf8, "www-authenticate".utf8)
    }
    do throws(RemoteCredentialError) {
      return try await credential.isRenewed(
        after: response.status, challenges: challenges.map(\.value), sent: presented)
    } catch {
      throw .credential(response.status, error.sentence)
    }
  }

  // MARK: Errors

  /// The JSON-RPC error in the body of a response that is no success, for this request. The body is
  /// read or cancelled.
  private func problem(_ response: StreamedResponse, of message: ClientMessage) async
    -> ServerMessage?
  {
    var bytes: [UInt8] = []
    while let more = try? await response.body.next() {
      bytes += more
      if bytes.count > Self.longestProblem {
        response.body.cancel()
        return nil
      }
    }
    guard let id = message.id, response.mediaKind == .json,
      let answer = ServerMessage.read(bytes, allowsBatch: false)?.first?.response(to: id),
      answer.isError
    else { return nil }
    return answer
  }

  // MARK: A lost session

  /// Starts a new session with the client's own `initialize` ("Session Management": the client must
  /// do so). The client does not notice it.
  /// - Parameter generation: of the lost session.
  func startAgain(after generation: Int) async throws(BridgeError) {
    switch session.renewal(after: generation) {
    case .done: return
    case .wait(let latch):
      await latch.wait()
      guard session.current?.generation != generation else { throw .sessionLost }
    case .start(let lost, let latch):
      defer { session.endRenewal(latch) }
      let exchange = Exchange()
      do throws(BridgeError) {
        let response = try await send(lost.initialize, exchange, renewsSession: false)
        var version: String?
        let rest = try await receive(response, for: lost.initialize, exchange) {
          if case .response = $0.kind { version = Self.negotiatedVersion($0) }
        }
        await discard(rest)
        // The client knows the version of the first session, and no other.
        guard let version, version.utf8.elementsEqual(lost.version.utf8) else {
          throw .sessionLost
        }
        session.start(lost.initialize, version: version, id: try Self.sessionID(response))
        guard let initialized = lost.initialized else { return }
        let accepted = try await send(initialized, exchange, renewsSession: false)
        await discard(accepted.body)
        session.initialized(initialized)
      } catch {
        if case .credential = error { throw error }
        throw .sessionLost
      }
    }
  }

  /// The version in the result of `initialize`.
  static func negotiatedVersion(_ message: ServerMessage) -> String? {
    message.object["result"]?.object?["protocolVersion"]?.string
  }

  /// The session id of the response to `initialize`; `nil` without one.
  /// - Throws: `.invalidAnswer(.sessionID)`
  static func sessionID(_ response: StreamedResponse) throws(BridgeError) -> String? {
    let ids = response.fields.filter { ASCII.areEqual($0.name.utf8, "mcp-session-id".utf8) }
    guard let id = ids.first?.value else { return nil }
    guard ids.count == 1, HeaderValue.isVisible(id, atMost: RemoteSession.longestID) else {
      throw .invalidAnswer(.sessionID)
    }
    return id
  }

  // MARK: Tools

  /// Lists the tools after a header mismatch, with the `_meta` of the call ("Client Behavior").
  /// - Returns: whether the call now has other fields.
  private func listTools(as call: ClientMessage, _ exchange: Exchange) async -> Bool {
    func fields() -> [String] {
      ((try? toolHeaders.fields(for: call.params)) ?? []).map { "\($0.name): \($0.value)" }
    }
    let before = fields()
    var cursor: JSONValue?
    for _ in 0..<Self.mostPages {
      var params = JSONObject([("_meta", call.params["_meta"] ?? [:])])
      params["cursor"] = cursor
      let line: JSONValue = [
        "jsonrpc": "2.0", "id": "bridge", "method": "tools/list", "params": .object(params),
      ]
      guard let message = try? ClientMessage(line.serialized()),
        let response = try? await send(message, exchange)
      else { return false }
      var result: JSONObject?
      let received = try? await receive(response, for: message, exchange) {
        if case .response = $0.kind { result = $0.object["result"]?.object }
      }
      await discard(received ?? nil)
      guard let result else { return false }
      _ = toolHeaders.learn(result)
      cursor = result.optional("nextCursor")
      if cursor == nil { break }
    }
    return fields() != before
  }
}
