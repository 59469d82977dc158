package import Auth
private import Crypto
private import JOSE
private import JSON
package import Support
private import Synchronization

/// Authenticates a caller by an access token of any form, about which the identity provider is asked
/// (RFC 7662).
///
/// An accepted token is cached for at most 60 s and never longer than it is valid, a refused one for
/// 5 s. Both caches are bounded and separate: tokens that anybody can make up never remove an
/// accepted one (ATTACKS O26). Requests with the same token at the same time share one
/// introspection.
package final class IntrospectionAuthenticator: Authenticator {
  package static let longestAcceptance = Duration.seconds(60)
  package static let refusal = Duration.seconds(5)
  /// Of each cache.
  package static let capacity = 4096

  private struct Accepted {
    let identity: Identity
    /// `exp`
    let expiresAt: WallTime
  }

  private typealias Outcome = Result<Identity, AuthenticationError>

  private struct State {
    /// By the first half of the token's SHA-256 digest, so no token is stored.
    var accepted = ExpiringTable<Accepted>(capacity: capacity)
    var refused = ExpiringTable<AuthenticationError>(capacity: capacity)
    var running: [Bits128: Task<Outcome, Never>] = [:]
  }

  private enum Step {
    case done(Outcome)
    case wait(Task<Outcome, Never>)
  }

  private let introspection: Introspection
  private let policy: ProviderTokenPolicy
  private let now: @Sendable () -> WallTime
  private let clock: @Sendable () -> MonotonicTime
  private let state = Mutex(State())

  package init(
    _ introspection: Introspection, policy: ProviderTokenPolicy,
    now: @escaping @Sendable () -> WallTime, clock: @escaping @Sendable () -> MonotonicTime
  ) {
    self.introspection = introspection
    self.policy = policy
    self.now = now
    self.clock = clock
  }

  /// The number of tokens in the caches, with those that have expired.
  var counts: (accepted: Int, refused: Int) {
    state.withLock { ($0.accepted.count, $0.refused.count) }
  }

  package var scheme: Challenge.Scheme? { .bearer }

  package func handles(_ credential: Credential) -> Bool {
    if case .bearer = credential { true } else { false }
  }

  /// A check costs a request to the provider, so it is charged before it starts. A request that
  /// joins the check of another one costs nothing.
  package func canBeGuessed(_ credential: Credential) -> Bool {
    guard let (_, key) = try? Self.token(credential) else { return false }
    return state.withLock { $0.running[key] == nil }
  }

  /// The identity of an accepted token that is in the cache.
  package func recall(_ credential: Credential, from _: Client) -> Identity? {
    guard let (_, key) = try? Self.token(credential) else { return nil }
    return state.withLock { accepted(key, $0)?.identity }
  }

  /// - Throws: `AuthenticationError.malformedCredential`, `.inactiveToken`, `.notAnAccessToken`,
  ///   `.boundToken`, `.invalidToken`; `.providerUnavailable`, `.overloaded` if nothing is known
  ///   about the token.
  package func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity
  {
    let (token, key) = try Self.token(credential)
    switch step(token, key, client) {
    case .done(let outcome): return try outcome.get()
    // The check is a task of its own: it does not end when a caller that waits is cancelled.
    case .wait(let check): return try await check.value.get()
    }
  }

  private func step(_ token: Secret, _ key: Bits128, _ client: Client) -> Step {
    state.withLock { state in
      if let accepted = accepted(key, state) { return .done(.success(accepted.identity)) }
      if let error = state.refused.value(key, at: clock()) { return .done(.failure(error)) }
      if let check = state.running[key] { return .wait(check) }
      let check = Task.detached { await self.check(token, key, client) }
      state.running[key] = check
      return .wait(check)
    }
  }

  private func accepted(_ key: Bits128, _ state: borrowing State) -> Accepted? {
    guard let accepted = state.accepted.value(key, at: clock()), now() < accepted.expiresAt else {
      return nil
    }
    return accepted
  }

  private func check(_ token: Secret, _ key: Bits128, _ client: Client) async -> Outcome {
    var expiresAt = NumericDate.maximum
    let outcome: Outcome
    do throws(AuthenticationError) {
      guard let response = try await introspection.response(about: token, from: client) else {
        throw .inactiveToken
      }
      if let time = response["exp"].flatMap(NumericDate.time) { expiresAt = time }
      outcome = .success(try identity(response))
    } catch {
      outcome = .failure(error)
    }
    let time = clock()
    state.withLock { state in
      state.running[key] = nil
      switch outcome {
      case .success(let identity):
        state.accepted.insert(
          Accepted(identity: identity, expiresAt: expiresAt), for: key,
          until: time + Self.longestAcceptance, now: time)
      case .failure(.providerUnavailable), .failure(.overloaded): break  // nothing is known
      case .failure(let error):
        state.refused.insert(error, for: key, until: time + Self.refusal, now: time)
      }
    }
    return outcome
  }

  /// Applies the policy of JWTs to an active token (RFC 7662 §2.2).
  private func identity(_ response: JSONObject) throws(AuthenticationError) -> Identity {
    var claims = response
    // RFC 7662 §2.2: both are optional. The response is from the issuer, and says that the token
    // has not expired.
    if claims["iss"] == nil { claims["iss"] = .string(policy.issuer) }
    if claims["exp"] == nil {
      let until = now() + Self.longestAcceptance
      claims["exp"] = .number(JSONNumber(until.milliseconds / 1000 + 1))
    }
    // `.jwt`: its claims must show that it is an access token. The provider knows refresh tokens and
    // ID tokens too (ATTACKS O25).
    return try policy.identity(for: claims, type: .jwt, now: now())
  }

  /// The token, and its key in the caches. A text that no provider can have issued costs no request.
  /// - Throws: `AuthenticationError.unsupportedCredential`, `.malformedCredential`
  private static func token(_ credential: Credential)
    throws(AuthenticationError) -> (Secret, Bits128)
  {
    guard case .bearer(let token) = credential else { throw .unsupportedCredential }
    let bytes = token.exposed.utf8
    guard bytes.count <= CompactJWS.maximumLength, Credential.isToken68(Array(bytes)[...]) else {
      throw .malformedCredential
    }
    return (token, Bits128(SHA256Digest(of: bytes).firstHalf))
  }
}
