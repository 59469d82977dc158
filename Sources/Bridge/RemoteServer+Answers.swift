private import Support
internal import HTTPClient
internal import JSON
internal import MCP

// The file is longer than 150 lines because it holds all that reads the body of an answer.
extension RemoteServer {
  /// In bytes: an answer that is one JSON text, and one event.
  static let longestAnswer = 16 << 20
  static let longestEvent = 4 << 20
  /// In bytes: what is read after the answer so that the connection can be used again.
  private static let longestRest = 1 << 16
  /// How long a body may take to end after its answer.
  static let longestEnd = Duration.milliseconds(900)
  /// How often a stream is resumed without a new event.
  private static let mostResumptions = 5
  /// The wait before a stream is resumed, if the server names none; and the shortest wait.
  static let resumption = Duration.seconds(1)
  static let shortestWait = Duration.milliseconds(100)

  /// Reads the messages that answer a request. The last one that `take` gets is the response.
  /// - Returns: the body whose rest is to be discarded, or `nil` if it was read to its end.
  func receive(
    _ response: StreamedResponse, for message: ClientMessage, _ exchange: Exchange,
    take: (ServerMessage) async throws(BridgeError) -> Void
  ) async throws(BridgeError) -> (any StreamedBody)? {
    guard let id = message.id else { return response.body }
    switch response.mediaKind {
    case .json:
      // ATTACKS O180: until the client has taken the answer.
      let share = AnswerBudget.Share(of: budget)
      defer { withExtendedLifetime(share) {} }
      let bytes = try await wholeBody(response.body, share)
      guard let all = read(bytes) else { throw .invalidAnswer(.json) }
      guard let answer = all.lazy.compactMap({ $0.response(to: id) }).first else {
        throw .invalidAnswer(.missing)
      }
      for other in all where isWanted(other, message) { try await take(other) }
      try await take(answer)
      return nil
    case .events: return try await events(response, id, message, exchange, take)
    case .none: throw .invalidAnswer(.missing)
    case .other: throw .invalidAnswer(.mediaType)
    }
  }

  /// Reads what is left of a body, within limits, so that its connection can be used again.
  func discard(_ body: (any StreamedBody)?) async {
    guard let body else { return }
    // A stream should end after its response. One that does not is closed.
    let limit = Task {
      await sleep(Self.longestEnd)
      if !Task.isCancelled { body.cancel() }
    }
    var left = Self.longestRest
    while let bytes = try? await body.next() {
      left -= bytes.count
      if left <= 0 { body.cancel() }
    }
    limit.cancel()
  }

  /// The messages of one body or event; `nil` if they are not valid.
  func read(_ bytes: [UInt8]) -> [ServerMessage]? {
    ServerMessage.read(
      bytes, allowsBatch: session.current?.version == ProtocolVersion.v2025_03_26.rawValue)
  }

  /// Whether the client gets this message of the stream beside the response. A modern server sends
  /// no requests (MCP 2026-07-28 basic/transports/streamable-http, "Receiving Messages").
  private func isWanted(_ message: ServerMessage, _ request: ClientMessage) -> Bool {
    switch message.kind {
    case .notification: return true
    case .request where request.version == nil: return true
    case .request:
      notice("dropped a request of the remote server: its revision has none")
      return false
    case .response: return false
    }
  }

  private func wholeBody(
    _ body: any StreamedBody, _ share: AnswerBudget.Share
  ) async throws(BridgeError) -> [UInt8] {
    var bytes: [UInt8] = []
    do throws(OutboundError) {
      while let more = try await body.next() {
        if bytes.count + more.count > Self.longestAnswer { throw .tooLarge }
        guard share.keep(bytes.count + more.count) else { throw .tooLarge }
        bytes += more
      }
    } catch {
      body.cancel()
      throw error == .tooLarge ? .invalidAnswer(.tooLarge) : .lost
    }
    return bytes
  }

  private func events(
    _ response: StreamedResponse, _ id: RequestID, _ request: ClientMessage, _ exchange: Exchange,
    _ take: (ServerMessage) async throws(BridgeError) -> Void
  ) async throws(BridgeError) -> (any StreamedBody)? {
    var reader = EventReader(response.body, budget)
    var (resumptions, started) = (0, session.current)
    while true {
      while let event = try await reader.next() {
        resumptions = 0
        guard event.isMessage else { continue }
        guard let all = read(event.data) else { throw .invalidAnswer(.json) }
        for message in all {
          if let answer = message.response(to: id) {
            try await take(answer)
            return reader.body
          }
          if case .response = message.kind {
            notice("dropped a response of the remote server to another request")
          } else if isWanted(message, request) {
            try await take(message)
          }
        }
      }
      // The connection has ended, but maybe not the stream ("Resumability and Redelivery").
      guard request.version == nil, !request.isInitialize, let lastEvent = reader.lastEvent,
        !exchange.isCancelled
      else { throw .lost }
      var next: StreamedResponse?
      while next == nil {
        guard resumptions < Self.mostResumptions else { throw .lost }
        resumptions += 1
        await sleep(max(reader.retry ?? Self.resumption, Self.shortestWait))
        started = session.current
        next = try await listen(started, after: lastEvent, exchange)
      }
      if let next { reader.resume(next.body) }
    }
  }
}

/// Reads the events of a stream, over several connections.
struct EventReader {
  private(set) var body: any StreamedBody
  private var stream = EventStream(limit: RemoteServer.longestEvent)
  private var events: ArraySlice<EventStream.Event> = []
  private let share: AnswerBudget.Share

  init(_ body: any StreamedBody, _ budget: AnswerBudget) {
    self.body = body
    share = AnswerBudget.Share(of: budget)
  }

  /// Goes on with another connection.
  mutating func resume(_ body: any StreamedBody) {
    self.body = body
    stream = EventStream(resuming: stream)
    events = []
  }

  /// The id of the last event. `nil` if it cannot be sent in `Last-Event-ID`: then the stream cannot be
  /// resumed.
  var lastEvent: String? {
    let id = stream.lastEventID
    return !id.isEmpty && ASCII.isFieldContent(id.span) ? String(decoding: id, as: UTF8.self) : nil
  }

  var retry: Duration? { stream.retry }

  /// The next event with data; `nil` at the end of the connection.
  /// - Throws: `.invalidAnswer(.tooLarge)`
  mutating func next() async throws(BridgeError) -> EventStream.Event? {
    while events.isEmpty {
      guard let bytes = try? await body.next() else { return nil }
      do throws(EventStream.TooLarge) {
        // ATTACKS O180: all streams together, too.
        guard share.keep(stream.keptBytes + bytes.count) else { throw EventStream.TooLarge() }
        events = try stream.append(bytes)[...]
      } catch {
        body.cancel()
        throw .invalidAnswer(.tooLarge)
      }
    }
    return events.removeFirst()
  }
}

extension EventStream.Event {
  /// Whether the data is a message: other events are not.
  var isMessage: Bool { type.isEmpty || type.elementsEqual("message".utf8) }
}

extension StreamedResponse {
  enum MediaKind { case json, events, other, none }

  /// What the only `Content-Type` says.
  var mediaKind: MediaKind {
    let types = fields.filter { ASCII.areEqual($0.name.utf8, "content-type".utf8) }
    guard types.count == 1 else { return types.isEmpty ? .none : .other }
    let type = ASCII.trimmed(Array(types[0].value.utf8).prefix { $0 != UInt8(ascii: ";") })
    if ASCII.areEqual(type, "application/json".utf8) { return .json }
    return ASCII.areEqual(type, "text/event-stream".utf8) ? .events : .other
  }
}
