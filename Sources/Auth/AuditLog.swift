private import JSON

/// Writes one line for each attempt to authenticate and each message that is refused before
/// (ASVS 16.3.1, 16.3.3).
package struct AuditLog: Sendable {
  /// In characters: enough to find a request again, too little for a key in the wrong place.
  private static let shownOfRequest = 8

  private let log: Log

  package init(_ log: Log) { self.log = log }

  package func record(_ event: AuditEvent) {
    var fields: [(String, JSONValue)] = [
      ("event", "authentication"), ("request", shown(event.request)),
      ("tool", event.tool.map(JSONValue.string) ?? .null),
    ]
    if let address = event.address { fields.insert(("address", .string(address)), at: 1) }
    if let credential = event.credential { fields.append(("credential", .string(credential))) }
    switch event.outcome {
    case .accepted(let identity):
      fields += who(identity)
      fields += [("outcome", "accepted")]
    case .unauthenticated(let failure):
      fields += [("outcome", "unauthenticated"), ("reason", .string(failure.reason))]
    case .forbidden(let identity, let permission):
      fields += who(identity)
      fields += [("outcome", "forbidden"), ("reason", .string("needs \(permission.rawValue)"))]
    case .limited(let identity):
      fields += identity.map(who) ?? []
      fields += [("outcome", "limited")]
    case .rejected(let identity, let code):
      if identity == nil { fields[0].1 = "rejection" }
      fields += identity.map(who) ?? []
      fields += [("outcome", "rejected"), ("reason", .number(JSONNumber(code)))]
    }
    log.write(.info, fields)
  }

  private func shown(_ request: JSONValue?) -> JSONValue {
    guard case .string(let id) = request else { return request ?? .null }
    return .string(id.count <= Self.shownOfRequest ? id : id.prefix(Self.shownOfRequest) + "...")
  }

  private func who(_ identity: Identity) -> [(String, JSONValue)] {
    [("method", .string(identity.method.rawValue)), ("subject", .string(identity.subject))]
  }
}
