package import Auth
package import HTTPClient
package import JOSE
private import JSON
package import Support
private import Synchronization

/// The public keys of an issuer, fetched from its provider and kept.
///
/// - They are fetched for the first token that needs them. All callers that wait share one fetch.
/// - At least 30 s lie between two fetches, for any caller and after any result. So tokens with
///   unknown key names, which anybody can send, cause at most one request in 30 s (ATTACKS O22).
/// - The keys are fetched again after the `max-age` of the response, within 5 minutes and 1 hour,
///   and for a `kid` that they do not have. So new keys need no restart.
/// - If a fetch fails, the last keys are used for at most 24 hours after they were fetched.
///
/// A token whose key is known is verified without waiting, except if the keys are to be fetched
/// again now and no fetch has failed in the last minute.
///
/// The file is long because one lock protects all of this.
package final class IssuerKeys: Sendable {
  /// Between the starts of two fetches.
  package static let interval = Duration.seconds(30)
  /// How long keys are used before they are fetched again. Without `max-age` the shortest time: the
  /// provider has not said that its keys stay longer, and a withdrawn key is to be refused soon.
  package static let shortestAge = Duration.seconds(300)
  package static let longestAge = Duration.seconds(3600)
  /// How long after a failed fetch no token waits whose key is known.
  static let outage = Duration.seconds(60)
  /// How long keys are used if they cannot be fetched again.
  package static let longestUse = Duration.seconds(86_400)

  private struct Fetched {
    let keys: PublicKeySet
    let at: MonotonicTime
    let freshUntil: MonotonicTime
  }

  private struct State {
    var fetched: Fetched?
    /// When the last fetch started.
    var startedAt: MonotonicTime?
    /// The failure of the last fetch, and when it ended.
    var failure: (cause: ProviderFailure, at: MonotonicTime)?
    /// The fetch that is under way.
    var fetch: Task<Void, Never>?
    /// `jwks_uri` of the metadata.
    var discoveredURL: String?
    /// The skipped keys that the log has.
    var logged: [PublicKeySet.SkippedKey] = []
  }

  private enum Step {
    case use(VerificationKey)
    case wait(Task<Void, Never>)
    case refuse(AuthenticationError)
  }

  private let issuer: String
  private let keysURL: String?
  private let algorithms: Set<PublicKeyAlgorithm>
  private let http: any HTTPClient
  private let clock: @Sendable () -> MonotonicTime
  private let log: Log
  private let state = Mutex(State())

  /// - Parameters:
  ///   - keysURL: overrides the `jwks_uri` of the metadata.
  ///   - algorithms: the algorithms that the application accepts.
  package init(
    issuer: String, keysURL: String? = nil,
    algorithms: Set<PublicKeyAlgorithm> = Set(PublicKeyAlgorithm.allCases), http: any HTTPClient,
    clock: @escaping @Sendable () -> MonotonicTime, log: Log
  ) {
    self.issuer = issuer
    self.keysURL = keysURL
    self.algorithms = algorithms
    self.http = http
    self.clock = clock
    self.log = log
  }

  /// The key that the header of a token names.
  /// - Throws: `AuthenticationError.invalidToken` with `.unknownKey` or `.wrongAlgorithm`;
  ///   `.providerUnavailable` if the keys that would decide could not be fetched.
  package func key(for header: JWSHeader)
    async throws(AuthenticationError) -> VerificationKey
  {
    // No key has another algorithm, so no fetch can help. ATTACKS O22
    guard let algorithm = PublicKeyAlgorithm(name: header.algorithm), algorithms.contains(algorithm)
    else { throw .invalidToken(.wrongAlgorithm) }
    var step = step(for: header, mayWait: true)
    if case .wait(let fetch) = step {
      // The fetch is a task of its own: it does not end when a caller that waits is cancelled.
      await fetch.value
      step = self.step(for: header, mayWait: false)
    }
    switch step {
    case .use(let key): return key
    case .refuse(let error): throw error
    case .wait: throw .providerUnavailable  // not reached: `mayWait` is false
    }
  }

  /// Fetches the keys once, at the start of the server. If it fails, a notice says so. The server
  /// starts all the same.
  package func prefetch() async {
    let now = clock()
    let fetch = state.withLock { $0.fetch ?? start(&$0, at: now) }
    await fetch?.value
    guard state.withLock({ $0.fetched == nil }) else { return }
    log.notice(
      "The server starts without the keys of the identity provider. Until it has them, each token "
        + "gets status 503. It fetches them again for a token that comes "
        + "\(Self.interval.components.seconds) s or more after the last attempt.")
  }

  private func step(for header: JWSHeader, mayWait: Bool) -> Step {
    let now = clock()
    return state.withLock { state in
      var fetched = state.fetched
      if let time = fetched?.at, now - time >= Self.longestUse { fetched = nil }
      var key: VerificationKey?
      var error: JWTError?
      do throws(JWTError) { key = try fetched?.keys.key(for: header) } catch let caught {
        error = caught
      }
      let isUnknown = fetched == nil || error == .unknownKey
      let isFresh = fetched.map { now < $0.freshUntil } ?? false
      let isOutage = state.failure.map { now - $0.at < Self.outage } ?? false
      if mayWait, isUnknown || !isFresh, let fetch = state.fetch ?? start(&state, at: now),
        // While the provider fails, known keys are used without waiting. After a pause without
        // tokens they are not: a key may have been withdrawn since.
        isUnknown || !isOutage
      {
        return .wait(fetch)
      }
      if let key { return .use(key) }
      // After a failure it is unknown whether the provider has such a key: 503, not 401.
      if isUnknown, state.failure != nil { return .refuse(.providerUnavailable) }
      return .refuse(.invalidToken(error ?? .unknownKey))
    }
  }

  /// Starts a fetch, unless the last one started less than 30 s ago (ATTACKS O22).
  private func start(_ state: inout State, at now: MonotonicTime) -> Task<Void, Never>? {
    if let last = state.startedAt, now - last < Self.interval { return nil }
    state.startedAt = now
    let fetch = Task.detached { await self.fetch(at: now) }
    state.fetch = fetch
    return fetch
  }

  // MARK: The fetch

  private func fetch(at now: MonotonicTime) async {
    var asked: String?
    do throws(ProviderFailure) {
      let response = try await response(&asked)
      // One mistake of the provider does not end the use of its last keys. ATTACKS O24
      let keys = try Self.keys(of: response, algorithms)
      let age = Self.age(response.fields)
      let (hadFailed, isNews) = state.withLock { state in
        let before = (state.failure != nil, state.logged != keys.skipped)
        state.fetched = Fetched(keys: keys, at: now, freshUntil: now + age)
        state.failure = nil
        state.logged = keys.skipped
        state.fetch = nil
        return before
      }
      if hadFailed { log.notice("The keys of the identity provider were fetched again.") }
      if isNews, !keys.skipped.isEmpty { report(keys.skipped) }
    } catch {
      let failedAt = clock()
      let isNews = state.withLock { state in
        let isNews = state.failure?.cause.reason != error.reason
        state.failure = (error, failedAt)
        state.discoveredURL = nil  // it may have changed
        state.fetch = nil
        return isNews
      }
      if isNews {
        log.notice("The keys of the identity provider could not be fetched.", error, url: asked)
      }
    }
  }

  /// - Parameter asked: the URL of the last request, for the log.
  private func response(
    _ asked: inout String?
  ) async throws(ProviderFailure) -> OutboundResponse {
    let url: String
    if let known = keysURL ?? state.withLock({ $0.discoveredURL }) {
      url = known
    } else {
      url = try await Discovery.url(of: .keys, issuer: issuer, http: http, asked: &asked)
      state.withLock { $0.discoveredURL = url }
    }
    asked = url
    let request = OutboundRequest(
      .get, url, fields: [("Accept", "application/jwk-set+json, application/json")])
    do throws(OutboundError) {
      return try await http.send(request, for: .local)
    } catch {
      throw .noResponse(error)
    }
  }

  private static func keys(
    of response: OutboundResponse, _ algorithms: Set<PublicKeyAlgorithm>
  ) throws(ProviderFailure) -> PublicKeySet {
    guard response.status == 200 else { throw .wrongStatus(response.status) }
    let keys: PublicKeySet
    do throws(PublicKeySetError) {
      keys = try PublicKeySet(response.body, algorithms: algorithms)
    } catch {
      throw .invalidKeys(error)
    }
    guard !keys.isEmpty else { throw .noUsableKey }
    return keys
  }

  /// The positions and the reasons of the skipped keys, at most 64, and nothing of their contents.
  private func report(_ skipped: [PublicKeySet.SkippedKey]) {
    let list = skipped.map { key in
      JSONValue.object(
        JSONObject([
          ("index", .number(JSONNumber(key.index))), ("reason", .string(key.error.reason)),
        ]))
    }
    log.write(
      .info,
      [
        ("event", "notice"), ("message", "Keys of the identity provider are not used."),
        ("keys", .array(list)),
      ])
  }

  /// How long the keys of a response are used before they are fetched again: the smallest `max-age`
  /// (RFC 9111 §5.2.2.1), within the bounds.
  static func age(_ fields: [(name: String, value: String)]) -> Duration {
    let age = OutboundResponse.Freshness(fields).maximumAge ?? shortestAge
    return min(longestAge, max(shortestAge, age))
  }
}
