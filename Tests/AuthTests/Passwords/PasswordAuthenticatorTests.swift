import Support
import Synchronization
import TestSupport
import Testing

@testable import Auth

struct PasswordAuthenticatorTests {
  /// A monotonic clock in nanoseconds that only the test moves.
  final class Ticks: Sendable {
    private let value = Mutex(1_000_000_000)
    var now: MonotonicTime { MonotonicTime(nanoseconds: value.withLock { $0 }) }
    func advance(seconds: Int) { value.withLock { $0 += seconds * 1_000_000_000 } }
  }

  let clock = ManualClock()
  let ticks = Ticks()

  static func user(
    _ name: UserName, _ password: String, role: Role = .basic, expires: WallTime? = nil,
    salt: UInt64 = 1
  ) -> PasswordUser {
    PasswordUser(
      name: name,
      password: PasswordHash(
        of: Secret(password), parameters: PasswordHashTests.cheap,
        random: SeededBytes(seed: salt).make), role: role, expires: expires)
  }

  /// Derives as scrypt does, and keeps the parameters of each derivation.
  final class Derivations: Sendable {
    private let all = Mutex<[PasswordHash.Parameters]>([])
    /// Runs during the next derivation.
    private let during = Mutex<(@Sendable () -> Void)?>(nil)

    /// The derivations since the last call.
    func take() -> [PasswordHash.Parameters] {
      all.withLock { all in
        defer { all = [] }
        return all
      }
    }

    func duringTheNext(_ work: @escaping @Sendable () -> Void) { during.withLock { $0 = work } }

    func derive(_ password: Secret, _ parameters: PasswordHash.Parameters, _ salt: [UInt8])
      -> [UInt8]?
    {
      all.withLock { $0.append(parameters) }
      during.withLock { work in
        defer { work = nil }
        return work
      }?()
      return PasswordHash.scrypt(password, parameters, salt)
    }
  }

  let derivations = Derivations()
  let pool = CountingPool()

  func authenticator(
    _ users: [PasswordUser], guesses: RateLimit? = nil, pool: (any BlockingPool)? = nil
  ) -> PasswordAuthenticator {
    let (clock, ticks, derivations) = (clock, ticks, derivations)
    return PasswordAuthenticator(
      users, guesses: guesses, now: { clock.now }, monotonic: { ticks.now },
      random: SeededBytes(seed: 9).make, pool: pool ?? self.pool,
      derive: { derivations.derive($0, $1, $2) })
  }

  static let here = Client(address: 1, network: 1)
  static let elsewhere = Client(address: 2, network: 1)

  enum Answer: Equatable {
    case atOnce(String)
    case later(String)
    case refusedLater(AuthenticationError)
    case refusedAtOnce(AuthenticationError)
  }

  func ask(
    _ authenticator: PasswordAuthenticator, _ user: UserName, _ password: String,
    from client: Client = here
  ) -> Answer {
    let runs = pool.runs
    let result = ThreadExecutor.run { () -> Result<String, AuthenticationError> in
      do throws(AuthenticationError) {
        return .success(
          try await authenticator.authenticate(
            .password(user: user, Secret(password)), from: client
          ).subject.text)
      } catch {
        return .failure(error)
      }
    }
    let isLater = pool.runs > runs
    switch result {
    case .success(let subject): return isLater ? .later(subject) : .atOnce(subject)
    case .failure(let error): return isLater ? .refusedLater(error) : .refusedAtOnce(error)
    }
  }

  /// A wrong name and a wrong password take the same steps.
  @Test(
    arguments: [
      ("anshika", "right", .later("anshika")),
      ("anshika", "wrong", .refusedLater(.wrongPassword)),
      ("anshika", "", .refusedLater(.wrongPassword)),
      ("nobody", "right", .refusedLater(.unknownUser)),
      ("Anshika", "right", .refusedLater(.unknownUser)),
      ("e\u{301}", "right", .refusedLater(.unknownUser)),
      ("é", "right", .later("é")),
      ("ben", "right", .refusedLater(.wrongPassword)),
    ] as [(UserName, String, Answer)])
  func decides(_ name: UserName, _ password: String, _ expected: Answer) {
    let authenticator = authenticator([
      Self.user("anshika", "right"), Self.user("é", "right"), Self.user("ben", "his"),
    ])
    #expect(ask(authenticator, name, password) == expected)
  }

  @Test func aRightPasswordIsRememberedForFiveMinutes() {
    let authenticator = authenticator([Self.user("anshika", "right")])
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    ticks.advance(seconds: 299)
    #expect(ask(authenticator, "anshika", "right") == .atOnce("anshika"))
    #expect(ask(authenticator, "anshika", "wrong") == .refusedLater(.wrongPassword))
    // "anshik" and "aright" are the same letters.
    #expect(ask(authenticator, "anshik", "aright") == .refusedLater(.unknownUser))
    #expect(ask(authenticator, "anshika", "right") == .atOnce("anshika"))
    ticks.advance(seconds: 1)  // five minutes from the scrypt, not from the last request
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
  }

  @Test func aWrongPasswordIsNotRemembered() {
    let authenticator = authenticator([Self.user("anshika", "right")])
    for _ in 0..<2 {
      #expect(ask(authenticator, "anshika", "wrong") == .refusedLater(.wrongPassword))
    }
  }

  @Test func aChangedLineIsForgotten() {
    let authenticator = authenticator([Self.user("anshika", "right"), Self.user("ben", "his")])
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    #expect(ask(authenticator, "ben", "his") == .later("ben"))
    authenticator.replace(with: [
      Self.user("anshika", "right", role: .advanced), Self.user("ben", "his"),
    ])
    #expect(ask(authenticator, "ben", "his") == .atOnce("ben"))
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    authenticator.replace(with: [Self.user("anshika", "new")])
    #expect(ask(authenticator, "anshika", "right") == .refusedLater(.wrongPassword))
    #expect(ask(authenticator, "ben", "his") == .refusedLater(.unknownUser))
    authenticator.replace(with: [Self.user("ben", "his")])  // and back again
    #expect(ask(authenticator, "ben", "his") == .later("ben"))
  }

  /// A user's line changes during the scrypt, before its password is remembered.
  @Test func aChangeDuringTheCheckIsNotRemembered() {
    let authenticator = authenticator([Self.user("anshika", "right")])
    derivations.duringTheNext { [unowned authenticator] in
      authenticator.replace(with: [Self.user("anshika", "new")])
    }
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    #expect(ask(authenticator, "anshika", "right") == .refusedLater(.wrongPassword))
  }

  /// Many requests with one password at the same time cost one scrypt, because they run one by one.
  @Test func aWaitingRequestUsesWhatAnotherHasShown() throws {
    let held = HeldPool()
    let authenticator = authenticator([Self.user("anshika", "right")], pool: held)
    let executor = TestExecutor()
    let waiting = (0..<10).map { _ in
      executor.start {
        try? await authenticator.authenticate(
          .password(user: "anshika", Secret("right")), from: Self.here
        ).subject.text
      }
    }
    #expect(held.count == 10)
    held.release()
    for pending in waiting { #expect(executor.wait(for: pending) == "anshika") }
    #expect(derivations.take().count == 1)
  }

  // MARK: Time

  /// C17: the test counts the work and does not measure time. Every check makes the same
  /// derivations, for a known and an unknown user, and for any parameters of the user's hash.
  @Test func everyCheckIsTheSameWork() throws {
    let parameters = [
      PasswordHash.Parameters(ln: 10, r: 1, p: 1), PasswordHash.Parameters(ln: 10, r: 1, p: 3),
      PasswordHash.Parameters(ln: 11, r: 2, p: 1),
    ]
    func users() throws -> [PasswordUser] {
      try parameters.enumerated().map { index, parameters in
        PasswordUser(
          name: try #require(UserName("user-\(index)")),
          password: PasswordHash(
            of: Secret("right"), parameters: parameters, random: SeededBytes(seed: 1).make),
          role: .basic, expires: nil)
      }
    }
    let authenticator = try authenticator(users() + users())
    for name: UserName in ["user-0", "user-1", "user-2", "nobody", "n"] {
      #expect(ask(authenticator, name, "wrong") != .later(name.description))
      #expect(derivations.take() == parameters, "\(name)")
    }
    for index in 0..<3 {
      #expect(
        ask(authenticator, try #require(UserName("user-\(index)")), "right")
          == .later("user-\(index)"))
      #expect(derivations.take() == parameters, "the right password of user \(index)")
    }
  }

  /// The usual case: one set of parameters needs one scrypt, also in a server without users.
  @Test func oneSetOfParametersIsOneDerivation() {
    let some = authenticator([Self.user("anshika", "right"), Self.user("ben", "his")])
    for name: UserName in ["anshika", "ben", "nobody"] {
      #expect(ask(some, name, "wrong") != .later(name.description))
      #expect(derivations.take() == [PasswordHashTests.cheap])
    }
    #expect(ask(authenticator([]), "nobody", "wrong") == .refusedLater(.unknownUser))
    #expect(derivations.take() == [.standard])
  }

  /// After SIGHUP the work depends on the new file.
  @Test func aNewFileChangesTheWork() {
    let authenticator = authenticator([])
    authenticator.replace(with: [Self.user("anshika", "right")])
    #expect(ask(authenticator, "nobody", "wrong") == .refusedLater(.unknownUser))
    #expect(derivations.take() == [PasswordHashTests.cheap])
  }

  // MARK: Remembered passwords, before an attempt is charged (C16)

  @Test func whatWasShownFromHereIsRecalled() {
    let authenticator = authenticator([Self.user("anshika", "right")])
    func recalls(_ user: UserName, _ password: String, _ client: Client) -> Bool {
      authenticator.recall(.password(user: user, Secret(password)), from: client) != nil
    }
    #expect(!recalls("anshika", "right", Self.here), "nothing was shown yet")
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    #expect(recalls("anshika", "right", Self.here))
    #expect(!recalls("anshika", "wrong", Self.here))
    #expect(!recalls("anshik", "aright", Self.here))
    #expect(!recalls("nobody", "right", Self.here))
    #expect(!recalls("anshika", "right", Self.elsewhere), "no guess from elsewhere is answered")
    // From another address it is still remembered, and from then on recalled there.
    #expect(ask(authenticator, "anshika", "right", from: Self.elsewhere) == .atOnce("anshika"))
    #expect(recalls("anshika", "right", Self.elsewhere))
    #expect(!recalls("anshika", "right", Self.here))
    ticks.advance(seconds: 300)
    #expect(!recalls("anshika", "right", Self.elsewhere))
    #expect(derivations.take().count == 1)
  }

  /// A client at the user's address cannot try more passwords than the failure limit allows.
  @Test func recallAnswersNoMoreGuessesThanTheLimit() {
    let limit = RateLimit(count: 10, period: .minute)
    let authenticator = authenticator([Self.user("anshika", "right")], guesses: limit)
    func recalls(_ password: String) -> Bool {
      authenticator.recall(.password(user: "anshika", Secret(password)), from: Self.here) != nil
    }
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    for guess in 1...9 { #expect(!recalls("guess \(guess)")) }
    #expect(recalls("right"), "nine are too few")
    #expect(!recalls("guess 10"))
    #expect(!recalls("right"), "the answer to the eleventh guess is no answer")
    // The correct password does not refill the bucket.
    #expect(ask(authenticator, "anshika", "right") == .atOnce("anshika"))
    #expect(!recalls("right"))
    ticks.advance(seconds: 6)
    #expect(recalls("right"))
    #expect(!recalls("guess 11"))
    #expect(!recalls("right"))
    // A new file does not refill it either.
    ticks.advance(seconds: 5)
    authenticator.replace(with: [Self.user("anshika", "right"), Self.user("ben", "his")])
    #expect(!recalls("right"))
  }

  @Test func anExpiredUserIsNotRecalled() {
    let end = WallTime(milliseconds: clock.now.milliseconds + 60_000)
    let authenticator = authenticator([Self.user("anshika", "right", expires: end)])
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    clock.advance(seconds: 60)
    #expect(
      authenticator.recall(.password(user: "anshika", Secret("right")), from: Self.here) == nil)
  }

  @Test func aPasswordEndsAtItsTime() {
    let end = WallTime(milliseconds: clock.now.milliseconds + 60_000)
    let authenticator = authenticator([Self.user("anshika", "right", expires: end)])
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    clock.advance(seconds: 60)
    #expect(ask(authenticator, "anshika", "right") == .refusedAtOnce(.expiredUser))
    #expect(ask(authenticator, "anshika", "wrong") == .refusedLater(.wrongPassword))
    ticks.advance(seconds: 300)
    #expect(ask(authenticator, "anshika", "right") == .refusedLater(.expiredUser))
  }
}
