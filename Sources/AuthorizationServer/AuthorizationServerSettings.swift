package import OAuth
private import Support

/// What all endpoints of the authorization server know.
package struct AuthorizationServerSettings: Sendable {
  /// The base URL. It is the only issuer everywhere: in metadata, tokens and redirects (RFC 9207 §2).
  package let issuer: String
  package let resource: ResourceIndicator
  /// The scopes that exist here.
  package let scopes: [String]
  /// What a request without `scope` asks for (RFC 6749 §3.3).
  package let defaultScope: String
  /// The usual lifetime of an access token.
  package static let accessLifetime = Duration.seconds(600)
  /// Of an access token.
  package let accessLifetime: Duration
  /// Of a code (RFC 6749 §4.1.2 allows ten minutes).
  package let codeLifetime: Duration
  /// How long a refresh token may be unused (RFC 9700 §4.14.2).
  package let idleLifetime: Duration
  /// After so long a person signs in again.
  package let grantLifetime: Duration

  package init(
    issuer: String, scopes: [String], defaultScope: String,
    accessLifetime: Duration = Self.accessLifetime, codeLifetime: Duration = .seconds(60),
    idleLifetime: Duration = .seconds(30 * 86_400), grantLifetime: Duration = .seconds(90 * 86_400)
  ) {
    self.issuer = issuer
    resource = ResourceIndicator(base: issuer)
    self.scopes = scopes
    self.defaultScope = defaultScope
    self.accessLifetime = accessLifetime
    self.codeLifetime = codeLifetime
    self.idleLifetime = idleLifetime
    self.grantLifetime = grantLifetime
  }
}
