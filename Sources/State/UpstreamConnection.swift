private import Support

/// A connection of a user to a service: the refresh token of their account there, sealed.
package struct UpstreamConnection: Sendable {
  /// The user, in a form that the caller decides: 1 to `AuthorizationState.maximumUserLength` bytes.
  package var user: String
  package var service: String
  /// The origin of the service's token endpoint. The token is sent nowhere else.
  package var origin: String
  /// The site that the user chose, if the service has several, such as a cloud id of Atlassian.
  package var siteID: String?
  package var siteName: String?
  /// Names with spaces between them (RFC 6749 §3.3).
  package var scope: String
  /// The state does not read it.
  package var sealedToken: [UInt8]
  /// The generation of the first token. It stays, and no other connection has it.
  package var firstGeneration: Int
  /// The generation of this token: greater than that of each token before.
  package var generation: Int
}

extension UpstreamConnection: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "connection [secret]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A connection that a user has made.
package struct NewUpstreamConnection: Sendable {
  package var user: String
  package var service: String
  package var origin: String
  package var siteID: String?
  package var siteName: String?
  package var scope: String

  package init(
    user: String, service: String, origin: String, siteID: String? = nil, siteName: String? = nil,
    scope: String
  ) {
    self.user = user
    self.service = service
    self.origin = origin
    self.siteID = siteID
    self.siteName = siteName
    self.scope = scope
  }
}

extension UpstreamConnection {
  static let columns = """
    user_key, service, origin, site_id, site_name, scope, sealed_token, first_generation, \
    generation
    """

  init(_ row: borrowing Row) throws(StateError) {
    self.init(
      user: try row.text(0), service: try row.text(1), origin: try row.text(2),
      siteID: try row.optionalText(3), siteName: try row.optionalText(4), scope: try row.text(5),
      sealedToken: try row.bytes(6), firstGeneration: try row.integer(7),
      generation: try row.integer(8))
  }
}
