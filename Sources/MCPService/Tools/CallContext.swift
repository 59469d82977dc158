package import Auth
private import JSON
package import MCP
package import Support
private import Synchronization

/// What a tool learns of its call besides the arguments. It lives as long as the call.
package struct CallContext: Sendable {
  package let identity: Identity
  /// For the limits of what the tool causes, such as outbound requests.
  package let client: Client
  /// Whether the client can ask the user to open a URL.
  package let canOpenURLs: Bool
  private let inputResponses: JSONObject
  private let fields: [(name: String, values: [Secret])]
  let notes: CallNotes

  /// - Parameter values: the values of a header field of the request; none over stdio.
  package init(
    identity: Identity, client: Client, call: ToolCall, tool: Tool, notes: CallNotes = CallNotes(),
    values: (_ field: String) -> [String] = { _ in [] }
  ) {
    self.identity = identity
    self.client = client
    canOpenURLs = call.canOpenURLs
    inputResponses = call.inputResponses
    self.notes = notes
    // ATTACKS O154: a tool gets only the header fields that it has declared, so that it never sees the
    // credential with which the caller authenticates to this server.
    fields = tool.fields.map { field in (field, values(field).map(Secret.init)) }
  }

  /// The values of a header field, in the order of the request.
  /// - Precondition: the tool has declared the field.
  package func values(of field: String) -> [Secret] {
    guard let found = fields.first(where: { $0.name.utf8.elementsEqual(field.utf8) }) else {
      preconditionFailure("the tool has not declared this field")
    }
    return found.values
  }

  /// What the user has done with an earlier `ToolResult.openURL`: `accept`, `decline` or `cancel`; `nil`
  /// if the call has no answer.
  package func action(for name: String) -> String? {
    inputResponses[name]?.object?["action"]?.string
  }

  /// Adds to the audit line of the call. Both texts are constants of the program or names that were
  /// checked: never a value of the request.
  package func note(_ name: String, _ text: String) { notes.add(name, text) }
}

/// What a tool adds to the audit line of its call.
package final class CallNotes: Sendable {
  private static let most = 8
  private let notes = Mutex<[(name: String, text: String)]>([])

  package init() {}

  package var all: [(name: String, text: String)] { notes.withLock { $0 } }

  func add(_ name: String, _ text: String) {
    notes.withLock { notes in
      guard notes.count < Self.most else { return }
      notes.append((name, text))
    }
  }
}
