internal import JOSE
private import JSON
private import OAuth
internal import State
internal import Support

/// Makes the access tokens of the authorization server: ES256 and `at+jwt` (RFC 9068).
package struct AccessTokenIssuer: Sendable {
  /// The claim with the grant of a token. The resource server asks whether that grant has ended.
  package static let grantClaim = "grant"

  let settings: AuthorizationServerSettings

  /// RFC 9068 §2.2
  func token(
    for grant: Grant, scope: String, key: ES256Key, identifier: String, now: WallTime
  ) -> (token: Secret, seconds: Int) {
    let issuedAt = now.wholeSeconds
    let expiresAt = min(issuedAt + settings.accessLifetime, grant.endsAt.wholeSeconds)
    let registered = RegisteredClaims.members(
      issuer: settings.issuer, subject: grant.userID, audience: [settings.resource.text],
      issuedAt: issuedAt, expiresAt: expiresAt, identifier: identifier)
    let claims = JSONObject(
      registered + [
        ("client_id", .string(grant.clientID)), ("scope", .string(scope)),
        (Self.grantClaim, .string(grant.id)),
      ])
    let seconds = Int((expiresAt - issuedAt).components.seconds)
    return (Secret(key.sign(claims, as: "at+jwt")), seconds)
  }
}
