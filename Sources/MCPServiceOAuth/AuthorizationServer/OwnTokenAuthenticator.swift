internal import Auth
internal import AuthorizationServer
internal import JOSE
internal import JSON
internal import ResourceServer
internal import State
internal import Support
private import Synchronization

/// Authenticates a caller by an access token of this server's own authorization server (RFC 9068).
/// A token is valid only while its grant is.
struct OwnTokenAuthenticator: Authenticator {
  let policy: ProviderTokenPolicy
  let keys: PublishedKeys
  let grants: GrantTable
  /// The role of a grant's user now; `nil`: may not sign in any more.
  let role: @Sendable (Grant) -> Role?
  let showsNames: Bool
  let now: @Sendable () -> WallTime

  var scheme: Challenge.Scheme? { .bearer }

  func handles(_ credential: Credential) -> Bool {
    if case .bearer = credential { true } else { false }
  }

  func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard case .bearer(let text) = credential else { throw .unsupportedCredential }
    let token = try UnverifiedToken(text.exposed, for: policy)
    let key = try await keys.key(for: token.header, from: client)
    let identity = try policy.verify(token, with: key, now: now())
    // The signature is verified: what follows is what this server wrote.
    guard let claims = try? JSONObject(claims: token.jws.payload),
      let id = claims[AccessTokenIssuer.grantClaim]?.string
    else { throw .invalidToken(.malformedClaim(AccessTokenIssuer.grantClaim)) }
    guard let grant = try await grants.grant(id, for: client), let role = role(grant) else {
      throw .revokedToken
    }
    return Identity(
      subject: identity.subject, method: .oauth,
      permissions: identity.permissions.intersection(role.allPermissions),
      provider: .init(
        issuer: policy.issuer, client: identity.provider?.client, limit: role.allPermissions,
        name: showsNames ? Subject(grant.userName) : nil))
  }
}

/// The keys of the authorization server, for those who verify its tokens.
final class PublishedKeys: Sendable {
  private static let lifetime = Duration.milliseconds(500)

  private struct Known {
    let keys: PublicKeySet
    let document: [UInt8]
    let until: MonotonicTime
  }

  private let keys: SigningKeys
  private let pool: any BlockingPool
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let known = Mutex<Known?>(nil)

  init(
    _ keys: SigningKeys, pool: any BlockingPool, now: @escaping @Sendable () -> WallTime,
    clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.keys = keys
    self.pool = pool
    self.now = now
    self.clock = clock
  }

  /// - Throws: `AuthenticationError.invalidToken`, `.overloaded`, `.providerUnavailable`
  func key(for header: JWSHeader, from client: Client)
    async throws(AuthenticationError) -> VerificationKey
  {
    let known = try await read(for: client)
    if let key = try? known.keys.key(for: header) { return key }
    // Another process may have made a key a moment ago.
    let new = try await read(for: client, isFresh: true)
    do throws(JWTError) { return try new.keys.key(for: header) } catch {
      throw .invalidToken(error)
    }
  }

  /// The JWK set.
  func document(for client: Client) async throws(AuthenticationError) -> [UInt8] {
    try await read(for: client).document
  }

  private func read(for client: Client, isFresh: Bool = false)
    async throws(AuthenticationError) -> Known
  {
    if !isFresh, let known = known.withLock({ $0 }), clock() < known.until { return known }
    let result: Result<[UInt8], SigningKeys.Failure>
    do throws(BlockingPoolIsFull) {
      let (keys, now) = (keys, now)
      result = try await pool.run(for: client) {
        Result { () throws(SigningKeys.Failure) in try keys.document(now: now()) }
      }
    } catch {
      throw .overloaded
    }
    guard case .success(let document) = result, let set = try? PublicKeySet(document) else {
      throw .providerUnavailable
    }
    let new = Known(keys: set, document: document, until: clock() + Self.lifetime)
    known.withLock { $0 = new }
    return new
  }
}
