package import Support
private import Crypto
private import Synchronization

/// Authenticates a caller by name and password.
///
/// A correct password is cached for five minutes, as an HMAC code under a key of this process. A
/// repeated check then takes a microsecond instead of a scrypt. The cache has at most one entry for
/// each user, so no caller can fill it.
///
/// Every check that is not cached costs the same, also for a name that no user has (ATTACKS C17):
/// one scrypt with each set of parameters that any user's hash has. Usually all hashes have the
/// same parameters, and that is one scrypt.
package final class PasswordAuthenticator: Authenticator {
  /// How long a correct password is cached.
  package static let remembered = Duration.seconds(300)

  /// A correct password.
  private struct Remembered {
    let code: SHA256Digest
    let until: MonotonicTime
    /// The client that sent it last.
    var client: Client
    /// Limits the wrong passwords that `recall` compares with it.
    var guesses = TokenBucket()
  }

  private struct State {
    var users: [UserName: PasswordUser] = [:]
    var verified: [UserName: Remembered] = [:]
    /// For names that no user has.
    var dummy: PasswordHash
    /// The different parameters of all users' hashes.
    var work: [PasswordHash.Parameters] = []
  }

  private let state: Mutex<State>
  private let mac: HMACSHA256
  private let guesses: RateLimit?
  private let now: @Sendable () -> WallTime
  private let monotonic: @Sendable () -> MonotonicTime
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let pool: any BlockingPool
  private let derive: PasswordHash.Derivation

  /// - Parameters:
  ///   - guesses: the limit of wrong passwords that `recall` compares with one user's; `nil` for no
  ///     limit.
  ///   - monotonic: a monotonic clock.
  ///   - pool: where scrypt runs.
  ///   - derive: scrypt.
  package init(
    _ users: [PasswordUser], guesses: RateLimit? = nil, now: @escaping @Sendable () -> WallTime,
    monotonic: @escaping @Sendable () -> MonotonicTime,
    random: @escaping @Sendable (_ count: Int) -> [UInt8], pool: any BlockingPool,
    derive: @escaping PasswordHash.Derivation = PasswordHash.scrypt
  ) {
    state = Mutex(State(dummy: PasswordHash(dummyWith: .standard, random: random)))
    mac = HMACSHA256(key: random(32))
    self.guesses = guesses
    self.now = now
    self.monotonic = monotonic
    self.random = random
    self.pool = pool
    self.derive = derive
    replace(with: users)
  }

  /// Replaces the users, from the next request on. A cached password is kept if the user's entry
  /// has not changed.
  package func replace(with new: [PasswordUser]) {
    var work = Set(new.map(\.password.parameters)).sorted { $0.work < $1.work }
    if work.isEmpty { work = [.standard] }
    let dummy = PasswordHash(dummyWith: work[work.count - 1], random: random)
    let users = Dictionary(new.map { ($0.name, $0) }) { _, last in last }
    state.withLock { [work] state in
      let old = state.users
      state.verified = state.verified.filter {
        users[$0.key] != nil && users[$0.key] == old[$0.key]
      }
      state.users = users
      state.dummy = dummy
      state.work = work
    }
  }

  package var scheme: Challenge.Scheme? { .basic }
  package func canBeGuessed(_: Credential) -> Bool { true }

  package func handles(_ credential: Credential) -> Bool {
    if case .password = credential { true } else { false }
  }

  /// The user, if this password is cached and `client` sent it last.
  ///
  /// Call it before charging an attempt: then a client over its limit can still use a password that
  /// works (ATTACKS C16). This does not help an attacker to guess: other clients always get `nil`,
  /// and the same client can compare only as many wrong passwords with a user's as `guesses`
  /// allows.
  package func recall(_ credential: Credential, from client: Client) -> Identity? {
    guard case .password(let name, let password) = credential else { return nil }
    let code = code(name, password)
    let time = monotonic()
    let known = state.withLock { state -> PasswordUser? in
      guard let known = state.verified[name], time < known.until, known.client == client,
        guesses.map({ known.guesses.peek(at: time, limit: $0).isAllowed }) ?? true
      else { return nil }
      if known.code.isEqual(to: code) { return state.users[name] }
      if let guesses { _ = state.verified[name]?.guesses.take(at: time, limit: guesses) }
      return nil
    }
    return known.flatMap { try? identity(of: $0) }
  }

  /// - Throws: `AuthenticationError.unknownUser`, `.wrongPassword`, `.expiredUser`, `.overloaded`.
  package func authenticate(_ credential: Credential, from client: Client)
    async throws(AuthenticationError) -> Identity
  {
    guard case .password(let name, let password) = credential else {
      throw .unsupportedCredential
    }
    let code = code(name, password)
    if let user = remembered(name, code, client) { return try identity(of: user) }
    let result: Result<PasswordUser, AuthenticationError>
    do throws(BlockingPoolIsFull) {
      result = try await pool.run(for: client) {
        Result { () throws(AuthenticationError) in
          try self.check(name, password, code, client)
        }
      }
    } catch {
      throw .overloaded
    }
    return try identity(of: try result.get())
  }

  /// The user with this name and password. It runs scrypt.
  private func check(_ name: UserName, _ password: Secret, _ code: SHA256Digest, _ client: Client)
    throws(AuthenticationError) -> PasswordUser
  {
    // Another request may have verified the same password while this one waited for a thread.
    if let user = remembered(name, code, client) { return user }
    let (user, hash, work) = state.withLock { state in
      (state.users[name], state.users[name]?.password ?? state.dummy, state.work)
    }
    let isRight = hash.matches(password, work: work, derive: derive)
    guard let user else { throw .unknownUser }
    guard isRight else { throw .wrongPassword }
    remember(user, name, code, client)
    return user
  }

  private func identity(of user: PasswordUser) throws(AuthenticationError) -> Identity {
    if let expires = user.expires, now() >= expires {
      throw .expiredUser
    }
    return Identity(subject: user.name.subject, method: .basic, permissions: user.role.permissions)
  }

  private func remembered(_ name: UserName, _ code: SHA256Digest, _ client: Client)
    -> PasswordUser?
  {
    let time = monotonic()
    return state.withLock { state in
      guard let known = state.verified[name], time < known.until, known.code.isEqual(to: code)
      else {
        return nil
      }
      state.verified[name]?.client = client
      return state.users[name]
    }
  }

  private func remember(
    _ user: PasswordUser, _ name: UserName, _ code: SHA256Digest, _ client: Client
  ) {
    let until = monotonic() + Self.remembered
    state.withLock { state in
      // The user's entry may have been replaced during the scrypt.
      guard state.users[name] == user else { return }
      state.verified[name] = Remembered(
        code: code, until: until, client: client,
        guesses: state.verified[name]?.guesses ?? TokenBucket())
    }
  }

  /// The code of a name and a password. The length in front makes "ab" and "c" differ from "a" and
  /// "bc".
  private func code(_ name: UserName, _ password: Secret) -> SHA256Digest {
    let name = name.subject.text.utf8
    let message = [UInt8(name.count >> 8 & 0xFF), UInt8(name.count & 0xFF)] + name
    return SHA256Digest(of: mac.code(for: (message + password.exposed.utf8)[...]))
  }
}
