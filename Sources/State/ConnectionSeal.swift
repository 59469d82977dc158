package import Crypto
private import JSON
package import Support

/// Seals the refresh tokens of connections, so that a copy of the state opens none of them.
///
/// A sealed token is bound to its user, service, origin, site and generation: a row that somebody
/// copies to another place, or whose columns they change, does not open. There is no unsealed form.
package struct ConnectionSeal: Sendable {
  /// What of a flow is sealed.
  package enum FlowPart: String, Sendable {
    case payload, result
  }

  private let current: SealingKey
  private let previous: SealingKey?

  /// - Parameters:
  ///   - current: seals and opens.
  ///   - previous: only opens.
  package init(current: SealingKey, previous: SealingKey? = nil) {
    self.current = current
    self.previous = previous
  }

  package func seal(
    _ token: Secret, of connection: NewUpstreamConnection, generation: Int
  ) -> [UInt8] {
    current.seal(
      Array(token.exposed.utf8),
      for: Self.place(
        connection.user, connection.service, connection.origin, connection.siteID, generation))
  }

  /// The refresh token; `nil` if no key opens it, or if the row is not as it was sealed.
  package func open(_ connection: UpstreamConnection) -> Secret? {
    let place = Self.place(
      connection.user, connection.service, connection.origin, connection.siteID,
      connection.generation)
    return open(connection.sealedToken, place).flatMap {
      String(validating: $0, as: UTF8.self).map(Secret.init)
    }
  }

  package func seal(_ bytes: [UInt8], as part: FlowPart, of flow: UpstreamFlow) -> [UInt8] {
    current.seal(bytes, for: Self.place(part, flow))
  }

  /// `nil` if no key opens it, or if it was sealed for another flow.
  package func open(_ sealed: [UInt8], as part: FlowPart, of flow: UpstreamFlow) -> [UInt8]? {
    open(sealed, Self.place(part, flow))
  }

  private func open(_ sealed: [UInt8], _ place: String) -> [UInt8]? {
    // NIST SP 800-38D §7.2: the tag also covers the place. ATTACKS O86
    current.open(sealed, for: place) ?? previous?.open(sealed, for: place)
  }

  // A JSON array: texts that are only put behind each other could be divided in two ways.

  private static func place(
    _ user: String, _ service: String, _ origin: String, _ site: String?, _ generation: Int
  ) -> String {
    text([
      "upstream_connections", .string(user), .string(service), .string(origin),
      site.map(JSONValue.string) ?? .null, .number(JSONNumber(generation)),
    ])
  }

  private static func place(_ part: FlowPart, _ flow: UpstreamFlow) -> String {
    text([
      "upstream_flows", .string(part.rawValue), .string(flow.hash.hexadecimal),
      .string(flow.user), .string(flow.service),
    ])
  }

  private static func text(_ parts: [JSONValue]) -> String {
    String(decoding: JSONValue.array(parts).serialized(), as: UTF8.self)
  }
}
