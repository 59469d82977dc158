private import JOSE
private import JSON
package import OAuth
private import Support

/// The metadata of a remote server as a protected resource (RFC 9728 §2), as far as a client uses it.
package struct ResourceMetadata: Sendable, Equatable {
  /// The longest document, in bytes.
  package static let maximumLength = 1 << 16
  /// How many authorization servers are looked at.
  package static let maximumServers = 16

  /// The identifier of the resource, as the document spells it: what is sent as `resource`.
  package let resource: String
  /// The issuer identifier of the first authorization server that the rules allow.
  package let issuer: String
  /// `nil` if the document does not name them, or names no scopes that can be sent.
  package let scopes: ScopeList?

  /// - Parameters:
  ///   - server: the URL of the remote server.
  ///   - rules: of this server.
  /// - Throws: `OAuthClientError.invalidResourceMetadata`, `.wrongResource`,
  ///   `.noAuthorizationServer`
  package init(
    _ text: [UInt8], server: String, rules: AddressRules
  ) throws(OAuthClientError) {
    guard text.count <= Self.maximumLength, let object = try? JSONParser.parse(text).object,
      let resource = object["resource"]?.string
    else { throw .invalidResourceMetadata }
    // RFC 9728 §3.3: or a token for another server would be sent here. ATTACKS O167
    guard Self.covers(resource, server) else { throw .wrongResource }
    let servers = object["authorization_servers"]?.strings ?? []
    guard let issuer = servers.prefix(Self.maximumServers).first(where: rules.allows) else {
      throw servers.isEmpty ? .noAuthorizationServer : .refusedURL
    }
    self.resource = resource
    self.issuer = issuer
    scopes = object["scopes_supported"]?.strings
      .flatMap { ScopeList($0.joined(separator: " ")) }
  }

  /// What is used for a server without metadata, as revision 2025-03-26 of MCP says: its origin is
  /// the authorization server.
  package init(withoutDocument server: String, origin: String) {
    resource = server
    issuer = origin
    scopes = nil
  }

  /// Where the metadata is if no challenge says it, in the order in which the addresses are tried
  /// (RFC 9728 §3.1): for the path of the server, then for its origin.
  package static func addresses(of server: String) -> [String] {
    guard let (origin, target) = Origin.split(server) else { return [] }
    let root = "\(origin.text)/.well-known/oauth-protected-resource"
    var path = Array(target.prefix { $0 != UInt8(ascii: "?") })
    // RFC 9728 §3.1: a terminating slash is removed.
    if path.last == UInt8(ascii: "/") { path.removeLast() }
    return path.isEmpty ? [root] : [root + String(decoding: path, as: UTF8.self), root]
  }

  /// Whether the resource is the server, or a parent of its path on the same origin. Only whole
  /// segments count, and nothing is decoded or resolved.
  static func covers(_ resource: String, _ server: String) -> Bool {
    if resource.hasSameBytes(as: server) { return true }
    guard let (origin, target) = Origin.split(resource),
      let (own, ownTarget) = Origin.split(server), origin == own,
      // RFC 8707 §2: a query would name another resource.
      !target.contains(UInt8(ascii: "?")),
      // RFC 3986 §5.2.4: programs resolve them differently.
      !PercentEncoding.hasDotSegment(target), !PercentEncoding.hasDotSegment(ownTarget)
    else { return false }
    var parent = target
    if parent.last == UInt8(ascii: "/") { parent.removeLast() }
    let path = ownTarget.prefix { $0 != UInt8(ascii: "?") }
    guard path.starts(with: parent) else { return false }
    // `/a` is no parent of `/ab`.
    let rest = path.dropFirst(parent.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/")
  }
}
