package import Auth
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
  private let pool: any BlockingPool
  private let report: @Sendable (TokenEvent) -> Void

  package init(
    clients: any ClientDirectory, state: AuthorizationState, keys: SigningKeys,
    pool: any BlockingPool,
    report: @escaping @Sendable (TokenEvent) -> Void
  ) {
    self.clients = clients
    self.state = state
    self.keys = keys
    self.pool = pool
    self.report = report
  }

  /// The response is the same for a token that does not exist, or is another client's (RFC 7009 §2.2).
  package func respond(
    to body: [UInt8], authorization: [String], from peer: Client, now: WallTime
  ) async -> EndpointResponse {
    await EndpointResponse.of(authorization, report) { () throws(OAuthProblem) in
      let form = try FormBody(parsing: body)
      let client = try await clients.authenticate(
        try ClientCredentials(authorization: authorization, body: form), for: peer)
      guard let token = form["token"] else {
        throw OAuthProblem(.invalidRequest, "The token is missing.")
      }
      let ended = try await pool.state(for: peer) { () throws(OAuthProblem) in
        try revoke(token, of: client, now)
      }
      if let ended { report(.revoked(grant: ended)) }
      return .empty
    }
  }

  /// - Returns: the grant that ended; `nil` if none did.
  private func revoke(
    _ token: String, of client: OAuthClient, _ now: WallTime
  ) throws(OAuthProblem) -> String? {
    do throws(StateError) {
      if let access = grant(ofAccessToken: token, issuedTo: client, now) {
        return try state.revokeGrant(access, now: now) ? access : nil
      }
      return try state.revoke(SHA256Digest(of: token.utf8), client: client.id, now: now)
    } catch {
      throw OAuthProblem(error)
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
