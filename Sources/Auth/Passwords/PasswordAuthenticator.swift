private import OpenSSLCrypto
private import Synchronization

/// Recognises a caller by name and password.
///
/// A password that was right is remembered for five minutes, as a code under a key of this process,
/// and costs a microsecond instead of a scrypt. Each user has one password, so one code is kept for
/// each: the memory is as large as the list of users, and no one can fill it.
/// A wrong name takes as long as a wrong password.
package final class PasswordAuthenticator: Sendable {
  /// In nanoseconds.
  package static let remembered = 300_000_000_000

  private struct State {
    /// By name, as UTF-8: names are compared byte by byte.
    var users: [[UInt8]: PasswordUser] = [:]
    /// The code of the right password, and until when it counts.
    var memory: [[UInt8]: (code: SHA256Digest, until: Int)] = [:]
    /// For names that nobody has: as much work as the most that a user's password is.
    var nobody: PasswordHash
  }

  private let state: Mutex<State>
  private let mac: HMACSHA256
  private let now: @Sendable () -> Timestamp
  private let monotonic: @Sendable () -> Int
  private let random: @Sendable (_ count: Int) -> [UInt8]

  /// - Parameter monotonic: a clock in nanoseconds that is never set.
  package init(
    _ users: [PasswordUser], now: @escaping @Sendable () -> Timestamp,
    monotonic: @escaping @Sendable () -> Int,
    random: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    state = Mutex(State(nobody: PasswordHash(matchingNobodyWith: .standard, random: random)))
    mac = HMACSHA256(key: random(32))
    self.now = now
    self.monotonic = monotonic
    self.random = random
    replace(with: users)
  }

  /// From the next request on, `new` are the users; a password is remembered across it where
  /// nothing in the user's line is new.
  package func replace(with new: [PasswordUser]) {
    let costliest = new.map(\.password.parameters).max { $0.work < $1.work }
    let nobody = PasswordHash(matchingNobodyWith: costliest ?? .standard, random: random)
    let users = Dictionary(new.map { (Array($0.name.utf8), $0) }) { _, last in last }
    state.withLock { state in
      let old = state.users
      state.memory = state.memory.filter { users[$0.key] != nil && users[$0.key] == old[$0.key] }
      state.users = users
      state.nobody = nobody
    }
  }

  /// Whose name and password they are: at once where it is remembered, else after a scrypt.
  /// - Throws: `AuthenticationFailure.expiredUser`.
  package func recognise(user name: String, password: Secret) throws(AuthenticationFailure)
    -> Recognition
  {
    let name = Array(name.utf8)
    let code = code(name, password)
    if let user = remembered(name, code) { return .identity(try identity(of: user)) }
    return .pending { () throws(AuthenticationFailure) in
      // Another request may have shown the same password while this one waited for a thread.
      if let user = self.remembered(name, code) { return try self.identity(of: user) }
      let (user, nobody) = self.state.withLock { ($0.users[name], $0.nobody) }
      let isRight = (user?.password ?? nobody).matches(password)
      guard let user else { throw .unknownUser }
      guard isRight else { throw .wrongPassword }
      self.remember(user, name, code)
      return try self.identity(of: user)
    }
  }

  private func identity(of user: PasswordUser) throws(AuthenticationFailure) -> Identity {
    if let expires = user.expires, now().milliseconds >= expires.milliseconds {
      throw .expiredUser
    }
    return Identity(subject: user.name, method: .basic, permissions: user.role.permissions)
  }

  private func remembered(_ name: [UInt8], _ code: SHA256Digest) -> PasswordUser? {
    let time = monotonic()
    return state.withLock { state in
      guard let known = state.memory[name] else { return nil }
      guard time < known.until else {
        state.memory[name] = nil
        return nil
      }
      return known.code.isEqual(to: code) ? state.users[name] : nil
    }
  }

  private func remember(_ user: PasswordUser, _ name: [UInt8], _ code: SHA256Digest) {
    let until = monotonic() + Self.remembered
    state.withLock { state in
      // The line may have become another one during the scrypt.
      if state.users[name] == user { state.memory[name] = (code, until) }
    }
  }

  /// The length in front keeps "ab" and "c" apart from "a" and "bc".
  private func code(_ name: [UInt8], _ password: Secret) -> SHA256Digest {
    let message = [UInt8(name.count >> 8 & 0xFF), UInt8(name.count & 0xFF)] + name
    return SHA256Digest(of: mac.code(for: (message + password.exposed.utf8)[...]))
  }
}
