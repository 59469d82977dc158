internal import Auth
private import AuthorizationServer
internal import JSON
private import MCP
internal import MCPService
private import OAuth
private import Support
private import Upstream

/// The tools with which a user connects accounts of other services to this server.
struct ConnectionTools: Sendable {
  let service: ConnectionService

  var all: [Tool] {
    [begin] + (service.needsCode ? [complete] : []) + [refresh, list, disconnect]
  }

  private var begin: Tool {
    tool(
      "init_oauth_flow", "Connect an account",
      "Returns a link. The user opens it in a browser"
        + (service.needsCode
          ? " and allows the connection; then call complete_oauth_flow with the code that the page shows."
          : ", signs in and allows the connection."),
      [serviceArgument],
      result: [("message", ["type": "string", "description": "What comes next, with the link."])]
    ) { (arguments, user, context) throws(ToolFailure) in
      let place = try place(in: arguments, context)
      // The call comes again, after the client has asked the user.
      switch context.action(for: Self.link) {
      case nil: break
      case "accept"?:
        return Self.message(
          service.needsCode
            ? "The user has the link. Ask for the code of the page, and call complete_oauth_flow."
            : "The user has the link. When the page says that \(place.title) is connected, go on.")
      default:
        throw ToolFailure(sentence: "The user does not want to connect \(place.title).")
      }
      let url: String
      do throws(OAuthProblem) {
        url = try await service.endpoints.link(
          for: user.text, called: user.name, to: place, client: context.client,
          now: service.now())
      } catch {
        throw ToolFailure(sentence: "No connection can be made now. Try again later.")
      }
      if context.canOpenURLs {
        // MCP 2026-07-28 client/elicitation: the URL need not pass through the model.
        return .openURL(
          url, message: "Open this page to connect \(place.title) to the calculator.",
          name: Self.link)
      }
      return Self.message(
        "Open \(url) in a browser. "
          + (service.needsCode
            ? "Then call complete_oauth_flow with the code of the page."
            : "Then \(place.title) is connected."))
    }
  }

  private var complete: Tool {
    tool(
      "complete_oauth_flow", "Complete a connection",
      "Completes the connection of init_oauth_flow with the code that the page has shown.",
      [("code", ["type": "string", "description": "The code of the page."])],
      result: [Self.serviceResult]
    ) { (arguments, user, context) throws(ToolFailure) in
      let code = try UpstreamTools.text("code", in: arguments)
      guard code.utf8.count <= 64 else { throw Self.wrongCode }
      let connected = try await Self.checked { () async throws(ConnectionError) in
        try await service.complete(code, for: user, context.client)
      }
      guard let connected else { throw Self.wrongCode }
      context.note("upstream", connected.rawValue)
      return .success(
        "\(connected.title) is connected.",
        structured: JSONObject([("service", .string(connected.rawValue))]))
    }
  }

  private var refresh: Tool {
    tool(
      "refresh_oauth_token", "Check a connection",
      "Gets a new access token for a connection, and so shows whether it works.",
      [serviceArgument], result: [Self.serviceResult]
    ) { (arguments, user, context) throws(ToolFailure) in
      let target = try target(in: arguments, context)
      service.connections.forget(user: user.text, service: target)
      _ = try await Self.checked { () async throws(ConnectionError) in
        try await service.connections.accessToken(
          user: user.text, service: target, client: context.client)
      }
      return .success(
        "The connection to \(target.title) works.",
        structured: JSONObject([("service", .string(target.rawValue))]))
    }
  }

  private var list: Tool {
    tool(
      "list_connections", "List connections", "Lists the user's connections.", [],
      result: [("connections", ["type": "array", "items": ["type": "object"]])]
    ) { (_, user, context) throws(ToolFailure) in
      let all = try await Self.checked { () async throws(ConnectionError) in
        try await service.connections.connections(user: user.text, client: context.client)
      }
      let rows = all.map { connection in
        var row: [(String, JSONValue)] = [
          ("service", .string(connection.service.rawValue)), ("scope", .string(connection.scope)),
        ]
        if let name = connection.siteName { row.append(("site", .string(name))) }
        return JSONValue.object(JSONObject(row))
      }
      let titles = all.map(\.service.title)
      return .success(
        titles.isEmpty
          ? "There is no connection." : "Connected: \(titles.joined(separator: ", ")).",
        structured: JSONObject([("connections", .array(rows))]))
    }
  }

  private var disconnect: Tool {
    tool(
      "disconnect", "Disconnect an account",
      "Removes a connection, and its token from this server.",
      [serviceArgument], result: [Self.serviceResult]
    ) { (arguments, user, context) throws(ToolFailure) in
      let target = try target(in: arguments, context)
      let existed = try await Self.checked { () async throws(ConnectionError) in
        try await service.connections.disconnect(
          user: user.text, service: target, client: context.client)
      }
      guard existed else {
        throw ToolFailure(sentence: "There is no connection to \(target.title).")
      }
      return .success(
        "\(target.title) is not connected any more.",
        structured: JSONObject([("service", .string(target.rawValue))]))
    }
  }

  // MARK: Parts

  private static func message(_ text: String) -> ToolResult {
    .success(text, structured: JSONObject([("message", .string(text))]))
  }

  /// The name of the request to the user.
  private static let link = "link"
  private static let serviceResult: (String, JSONValue) = ("service", ["type": "string"])
  private static let wrongCode = ToolFailure(
    sentence:
      "The code is wrong, was used, or is older than ten minutes. Call init_oauth_flow again."
  )

  private var serviceArgument: (String, JSONValue) {
    (
      "service", ["type": "string", "enum": .array(service.services.map { .string($0.id) })]
    )
  }

  /// The service of the arguments, which the audit line names.
  private func place(
    in arguments: JSONObject, _ context: CallContext
  ) throws(ToolFailure) -> ConnectableService {
    let name = try UpstreamTools.text("service", in: arguments)
    guard let place = service.services.first(where: { $0.id.hasSameBytes(as: name) }) else {
      let names = service.services.map(\.id).joined(separator: ", ")
      throw ToolFailure(sentence: "service must be one of: \(names).")
    }
    context.note("upstream", place.id)
    return place
  }

  private func target(
    in arguments: JSONObject, _ context: CallContext
  ) throws(ToolFailure) -> UpstreamService {
    guard let target = UpstreamService(rawValue: try place(in: arguments, context).id) else {
      preconditionFailure("a service of the settings")
    }
    return target
  }

  private func tool(
    _ name: String, _ title: String, _ description: String, _ arguments: [(String, JSONValue)],
    result: [(String, JSONValue)],
    _ body:
      @escaping @Sendable (JSONObject, UserKey, CallContext) async throws(ToolFailure)
      -> ToolResult
  ) -> Tool {
    Tool(
      ToolDefinition(
        name: name, title: title, description: description, arguments: arguments,
        required: arguments.map(\.0), result: result, isReadOnly: name == "list_connections",
        isIdempotent: false, isOpenWorld: true),
      needs: .upstreamRead
    ) { (arguments, context) throws(ToolFailure) in
      guard let user = UserKey(context.identity) else {
        throw ToolFailure(sentence: "A guest has no connections. Sign in first.")
      }
      return try await body(arguments, user, context)
    }
  }

  private static func checked<Value>(
    _ body: () async throws(ConnectionError) -> Value
  ) async throws(ToolFailure) -> Value {
    do throws(ConnectionError) {
      return try await body()
    } catch {
      throw ToolFailure(sentence: error.sentence)
    }
  }
}

extension ConnectionError {
  /// For a model and its user.
  fileprivate var sentence: String {
    switch self {
    case .notConnected: "There is no such connection. Call init_oauth_flow to make one."
    case .ended, .damaged, .otherOrigin:
      "The connection has ended. Call init_oauth_flow to connect again."
    case .refused: "The service refuses this server. Its operator must correct the settings."
    case .unavailable, .invalidResponse, .overloaded, .state:
      "The connection cannot be used now. Try again later."
    }
  }
}
