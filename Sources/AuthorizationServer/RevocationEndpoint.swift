private import Crypto
private import JOSE
private import JSON
private import OAuth
package import State
package import Support

/// The revocation endpoint (RFC 7009): a token ends together with its grant.
package struct RevocationEndpoint: Sendable {
  private let clients: any ClientDirectory
  private let state: AuthorizationState
  private let keys: SigningKeys
  private let report: @Sendable (TokenEvent) -> Void

  package init(
    clients: any ClientDirectory, state: AuthorizationState, keys: SigningKeys,
    report: @escaping @Sendable (TokenEvent) -> Void
  ) {
    self.clients = clients
    self.state = state
    self.keys = keys
    self.report = report
  }

  /// The response is the same for a token that does not exist, or is another client's (RFC 7009 §2.2).
  package func respond(
    to body: [UInt8], authorization: [String], now: WallTime
  ) -> EndpointResponse {
    do throws(OAuthProblem) {
      let form = try FormBody(parsing: body)
      let client = try clients.authenticate(
        try ClientCredentials(authorization: authorization, body: form))
      guard let token = form["token"] else {
        throw OAuthProblem(.invalidRequest, "The token is missing.")
      }
      let ended: String?
      do throws(StateError) {
        if let access = grant(ofAccessToken: token, issuedTo: client, now) {
          ended = try state.revokeGrant(access, now: now) ? access : nil
        } else {
          ended = try state.revoke(SHA256Digest(of: token.utf8), client: client.id, now: now)
        }
      } catch {
        throw OAuthProblem(error)
      }
      if let ended { report(.revoked(grant: ended)) }
      return .empty
    } catch {
      report(.refused(error))
      return EndpointResponse(error, hadAuthorization: !authorization.isEmpty)
    }
  }

  /// The grant of an access token of this server; `nil` for any other text, and for a token of another
  /// client. It may have expired: revoking it then changes nothing for it, but ends its grant.
  private func grant(
    ofAccessToken text: String, issuedTo client: OAuthClient, _ now: WallTime
  ) -> String? {
    guard let token = try? CompactJWS(text), let header = try? JWSHeader(token.header),
      let document = try? keys.document(now: now), let published = try? PublicKeySet(document),
      let key = try? published.key(for: header),
      key.isValid(token.signature, over: token.signingInput),
      let claims = try? JSONObject(claims: token.payload),
      // RFC 7009 §2.1: a client revokes its own tokens alone.
      claims["client_id"]?.string?.hasSameBytes(as: client.id) == true
    else { return nil }
    return claims[AccessTokenIssuer.grantClaim]?.string
  }
}
