private import Support
private import JSON

/// Writes one line for each authentication, and for each message that is refused before it (ASVS
/// 16.3.1, 16.3.3).
package struct AuditLog: Sendable {
  /// In bytes: enough to find a request, too few to reveal a key that was sent as an `id`.
  private static let shownOfText = 8
  /// In digits: enough for every 64-bit integer.
  private static let shownOfNumber = 20

  package let log: Log

  package init(_ log: Log) { self.log = log }

  /// Writes a sentence for the operator (`Log.notice`).
  package func notice(_ message: String) { log.notice(message) }

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
    case .denied(let identity, let reason):
      fields += who(identity)
      fields += [("outcome", "denied"), ("reason", .string(reason))]
    case .limited(let identity):
      fields += identity.map(who) ?? []
      fields += [("outcome", "limited")]
    case .rejected(let identity, let code):
      if identity == nil { fields[0].1 = "rejection" }
      fields += identity.map(who) ?? []
      fields += [("outcome", "rejected"), ("reason", .number(JSONNumber(code)))]
    }
    if let name = event.refusedName {
      fields += [(name.kind.rawValue, .string(name.text)), ("setting", .string(name.setting))]
    }
    fields += event.notes.map { ($0.name, .string($0.text)) }
    log.write(.info, fields)
  }

  /// The request's `id` in a few bytes, so that no log line is too long to be written (ASVS 16.2.5,
  /// ATTACKS S18).
  private func shown(_ request: JSONValue?) -> JSONValue {
    switch request {
    case .string(let id) where id.utf8.count > Self.shownOfText: .string(Self.cut(id))
    case .number(let id) where id.text.utf8.count > Self.shownOfNumber: .string(Self.cut(id.text))
    case .string, .number: request ?? .null
    default: .null  // JSON-RPC 2.0 §4: an `id` is a string or a number
    }
  }

  private static func cut(_ text: String) -> String {
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: shownOfText)
    // RFC 3629 §3: do not cut inside a code point.
    while text.utf8[end] & 0xC0 == 0x80 { text.utf8.formIndex(before: &end) }
    return text[..<end] + "..."
  }

  private func who(_ identity: Identity) -> [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("method", .string(identity.method.rawValue)), ("subject", .string(identity.subject.text)),
    ]
    if let provider = identity.provider {
      fields.append(("issuer", .string(provider.issuer)))
      let texts = [
        ("client", provider.client), ("name", provider.name), ("email", provider.email),
      ]
      for (name, text) in texts { if let text { fields.append((name, .string(text.text))) } }
    }
    return fields
  }
}
