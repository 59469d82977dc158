package import Auth
private import Crypto
private import JOSE
private import JSON
package import OAuth
package import State
package import Support

/// The token endpoint (OAuth 2.1 §3.2): a code or a refresh token becomes an access token.
package struct TokenEndpoint: Sendable {
  private let settings: AuthorizationServerSettings
  private let clients: any ClientDirectory
  private let state: AuthorizationState
  private let keys: SigningKeys
  /// The scopes that the user of a grant may have now; `nil`: the user may not sign in any more.
  private let scopesOfUser: @Sendable (Grant) -> [String]?
  private let pool: any BlockingPool
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let report: @Sendable (TokenEvent) -> Void

  package init(
    _ settings: AuthorizationServerSettings, clients: any ClientDirectory,
    state: AuthorizationState, keys: SigningKeys,
    scopesOfUser: @escaping @Sendable (Grant) -> [String]?, pool: any BlockingPool,
    random: @escaping @Sendable (_ count: Int) -> [UInt8],
    report: @escaping @Sendable (TokenEvent) -> Void
  ) {
    self.settings = settings
    self.clients = clients
    self.state = state
    self.keys = keys
    self.scopesOfUser = scopesOfUser
    self.pool = pool
    self.random = random
    self.report = report
  }

  /// - Parameters:
  ///   - body: the form of the request.
  ///   - authorization: the values of all `Authorization` lines.
  ///   - peer: the network client.
  package func respond(
    to body: [UInt8], authorization: [String], from peer: Client, now: WallTime
  ) async -> EndpointResponse {
    await EndpointResponse.of(authorization, report) { () throws(OAuthProblem) in
      let form = try FormBody(parsing: body)
      let client = try await clients.authenticate(
        try ClientCredentials(authorization: authorization, body: form), for: peer)
      let access = try await pool.state(for: peer) { () throws(OAuthProblem) in
        try exchange(form, for: client, now)
      }
      // Only now: the thread that writes the state is the bottleneck.
      return response(for: access, now)
    }
  }

  /// What a valid request gets. The state has it already.
  private struct Access: Sendable {
    let grant: Grant
    let scope: String
    let refresh: Secret?
    let key: ES256Key
  }

  /// It writes to the state, so it blocks for some milliseconds.
  private func exchange(
    _ form: FormBody, for client: OAuthClient, _ now: WallTime
  ) throws(OAuthProblem) -> Access {
    guard let text = form["grant_type"] else {
      throw OAuthProblem(.invalidRequest, "The grant_type is missing.")
    }
    guard let type = GrantType(rawValue: text) else {
      throw OAuthProblem(
        .unsupportedGrantType, "The grant_type must be authorization_code or refresh_token.")
    }
    // First: without a key, no code and no refresh token is used up.
    let key: ES256Key
    do throws(SigningKeys.Failure) {
      key = try keys.current(now: now)
    } catch {
      throw OAuthProblem(.serverError, "The server cannot use its keys; its log says why.")
    }
    switch type {
    case .authorizationCode: return try redeem(form, for: client, key, now)
    case .refreshToken: return try refresh(form, for: client, key, now)
    }
  }

  // MARK: A code

  /// OAuth 2.1 §4.1.3
  private func redeem(
    _ form: FormBody, for client: OAuthClient, _ key: ES256Key, _ now: WallTime
  ) throws(OAuthProblem) -> Access {
    let code = try required("code", in: form)
    let redirectURI = try required("redirect_uri", in: form)
    // RFC 7636 §4.5
    guard let verifier = CodeVerifier(try required("code_verifier", in: form)) else {
      throw OAuthProblem(.invalidGrant, "The code_verifier is not 43 to 128 unreserved characters.")
    }
    try settings.resource.check(form["resource"])  // RFC 8707 §2.2
    let endsAt = now + settings.grantLifetime
    let refresh = refreshToken(for: client, now, until: endsAt)
    let redemption: AuthorizationState.Redemption
    // A word first: an operator names it on a command line, where a - begins an option.
    let id = "grant-\(name())"
    do throws(StateError) {
      redemption = try state.redeem(
        SHA256Digest(of: code.utf8),
        CodeRequest(
          clientID: client.id, redirectURI: redirectURI, resource: settings.resource.text),
        for: NewGrant(id: id, endsAt: endsAt, refreshToken: refresh?.stored), now: now,
        verifies: { CodeChallenge($0)?.matches(verifier) ?? false })
    } catch {
      throw OAuthProblem(error)
    }
    guard case .granted(let grant) = redemption else {
      if case .reused(let grant) = redemption { report(.codeReused(grant: grant)) }
      // One sentence for all, so that a thief does not learn which value is wrong.
      throw OAuthProblem(
        .invalidGrant, "The code is not valid for this client, redirect_uri and code_verifier.")
    }
    return try access(
      grant, asked: nil, refresh: refresh?.token, key, now, event: TokenEvent.issued)
  }

  // MARK: A refresh token

  /// RFC 6749 §6, OAuth 2.1 §4.3
  private func refresh(
    _ form: FormBody, for client: OAuthClient, _ key: ES256Key, _ now: WallTime
  ) throws(OAuthProblem) -> Access {
    let old = try required("refresh_token", in: form)
    try settings.resource.check(form["resource"])
    var asked: ScopeList?
    if let text = form["scope"] {
      asked = ScopeList(text)
      if asked == nil { throw OAuthProblem(.invalidScope, "The scope is not valid.") }
    }
    guard let new = refreshToken(for: client, now, until: now + settings.grantLifetime) else {
      throw OAuthProblem(.unauthorizedClient, "The client may not use refresh tokens.")
    }
    var problem = OAuthProblem(.invalidGrant, "The refresh token is not valid for this client.")
    let rotation: AuthorizationState.Rotation
    do throws(StateError) {
      rotation = try state.rotate(
        SHA256Digest(of: old.utf8), to: new.stored, client: client.id,
        resource: settings.resource.text, now: now,
        accepts: { grant in
          // RFC 6749 §6: never a scope that was not granted.
          guard let asked, let granted = ScopeList(grant.scope),
            asked.intersection(granted.scopes) != asked
          else { return true }
          problem = OAuthProblem(.invalidScope, "The scope has more than the grant.")
          return false
        })
    } catch {
      throw OAuthProblem(error)
    }
    guard case .rotated(let grant) = rotation else {
      if case .reused(let grant) = rotation { report(.refreshTokenReused(grant: grant)) }
      throw problem
    }
    return try access(
      grant, asked: asked, refresh: new.token, key, now, event: TokenEvent.refreshed)
  }

  // MARK: Parts

  private func access(
    _ grant: Grant, asked: ScopeList?, refresh: Secret?, _ key: ES256Key, _ now: WallTime,
    event: (Grant) -> TokenEvent
  ) throws(OAuthProblem) -> Access {
    // The user may have lost a role since the sign-in.
    guard let allowed = scopesOfUser(grant), let granted = ScopeList(grant.scope) else {
      do throws(StateError) {
        _ = try state.revokeGrant(grant.id, now: now)
      } catch {
        throw OAuthProblem(error)
      }
      report(.userIsGone(grant))
      throw OAuthProblem(.invalidGrant, "The user may not sign in any more.")
    }
    let scope = (asked ?? granted).intersection(allowed).text
    report(event(grant))
    return Access(grant: grant, scope: scope, refresh: refresh, key: key)
  }

  /// RFC 6749 §5.1
  private func response(for access: Access, _ now: WallTime) -> EndpointResponse {
    let (token, seconds) = AccessTokenIssuer(settings: settings).token(
      for: access.grant, scope: access.scope, key: access.key, identifier: name(), now: now)
    var members: [(String, JSONValue)] = [
      ("access_token", .string(token.exposed)), ("token_type", "Bearer"),
      ("expires_in", .number(JSONNumber(seconds))), ("scope", .string(access.scope)),
    ]
    if let refresh = access.refresh { members.append(("refresh_token", .string(refresh.exposed))) }
    return EndpointResponse(json: .object(JSONObject(members)))
  }

  /// `nil` for a client without this grant type.
  private func refreshToken(
    for client: OAuthClient, _ now: WallTime, until end: WallTime
  ) -> (token: Secret, stored: NewRefreshToken)? {
    guard client.grantTypes.contains(.refreshToken) else { return nil }
    let token = Secret(name(bytes: 32))
    return (
      token,
      NewRefreshToken(
        hash: SHA256Digest(of: token.exposed.utf8), idleEnd: min(now + settings.idleLifetime, end))
    )
  }

  private func required(_ name: StaticString, in form: FormBody) throws(OAuthProblem) -> String {
    guard let value = form[name.description] else {
      throw OAuthProblem(.invalidRequest, "A parameter of the grant is missing.")
    }
    return value
  }

  /// A random name in Base64 for URLs. A token has 256 bits (RFC 6749 §10.10).
  private func name(bytes: Int = 16) -> String { Base64.url.text(of: random(bytes)) }
}

/// What the audit log says of the token endpoint. No case has a token or a code.
package enum TokenEvent: Sendable, Equatable {
  case issued(Grant)
  case refreshed(Grant)
  /// A second valid use of a code ended the grant (OAuth 2.1 §4.1.3).
  case codeReused(grant: String?)
  /// A used refresh token came again and ended the grant (RFC 9700 §4.14.2).
  case refreshTokenReused(grant: String)
  /// The user of a grant is not allowed any more, so the grant ended.
  case userIsGone(Grant)
  case revoked(grant: String)
  case refused(OAuthProblem)
}

extension ClientDirectory {
  /// - Throws: `OAuthProblem` with `invalid_client` (RFC 6749 §5.2): the same for an unknown client and
  ///   for a wrong secret.
  func authenticate(
    _ credentials: ClientCredentials, for peer: Client
  ) async throws(OAuthProblem) -> OAuthClient {
    guard let client = try await client(credentials.clientID, for: peer),
      client.accepts(credentials)
    else {
      throw OAuthProblem(.invalidClient, "The client is not known, or its secret is wrong.")
    }
    return client
  }
}

extension FormBody {
  /// The body of a request.
  init(parsing body: [UInt8]) throws(OAuthProblem) {
    do throws(FormBody.Failure) {
      try self.init(body)
    } catch {
      throw error.problem
    }
  }
}
