import Synchronization
import TestSupport
import Testing

@testable import Auth

struct PasswordAuthenticatorTests {
  /// A monotonic clock in nanoseconds that only the test moves.
  final class Ticks: Sendable {
    private let value = Mutex(1_000_000_000)
    var now: Int { value.withLock { $0 } }
    func advance(seconds: Int) { value.withLock { $0 += seconds * 1_000_000_000 } }
  }

  let clock = ManualClock()
  let ticks = Ticks()

  static func user(
    _ name: String, _ password: String, role: Role = .basic, expires: Timestamp? = nil,
    salt: UInt64 = 1
  ) -> PasswordUser {
    PasswordUser(
      name: name,
      password: PasswordHash(
        of: Secret(password), parameters: PasswordHashTests.cheap,
        random: SeededBytes(seed: salt).make), role: role, expires: expires)
  }

  func authenticator(_ users: [PasswordUser]) -> PasswordAuthenticator {
    let (clock, ticks) = (clock, ticks)
    return PasswordAuthenticator(
      users, now: { clock.now }, monotonic: { ticks.now }, random: SeededBytes(seed: 9).make)
  }

  enum Answer: Equatable {
    case atOnce(String)
    case later(String)
    case refusedLater(AuthenticationFailure)
    case refusedAtOnce(AuthenticationFailure)
  }

  func ask(_ authenticator: PasswordAuthenticator, _ user: String, _ password: String) -> Answer {
    let recognition: Recognition
    do throws(AuthenticationFailure) {
      recognition = try authenticator.recognise(user: user, password: Secret(password))
    } catch {
      return .refusedAtOnce(error)
    }
    switch recognition {
    case .identity(let identity): return .atOnce(identity.subject)
    case .pending(let work):
      do throws(AuthenticationFailure) {
        return .later(try work().subject)
      } catch {
        return .refusedLater(error)
      }
    }
  }

  /// A wrong name and a wrong password go the same way.
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
    ] as [(String, String, Answer)])
  func decides(_ name: String, _ password: String, _ expected: Answer) {
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

  /// The clock is read once for each look into the memory, and once more behind a scrypt.
  final class CountingTicks: Sendable {
    private let count = Mutex(0)
    private let atThird = Mutex<(@Sendable () -> Void)?>(nil)
    var reads: Int { count.withLock { $0 } }

    func atThirdRead(_ work: @escaping @Sendable () -> Void) { atThird.withLock { $0 = work } }

    func read() -> Int {
      let place = count.withLock {
        $0 += 1
        return $0
      }
      if place == 3 { atThird.withLock { $0 }?() }
      return 0
    }
  }

  func counted(_ ticks: CountingTicks) -> PasswordAuthenticator {
    let clock = clock
    return PasswordAuthenticator(
      [Self.user("anshika", "right")], now: { clock.now }, monotonic: ticks.read,
      random: SeededBytes(seed: 9).make)
  }

  /// A line that changes during the scrypt, just before its password would be remembered.
  @Test func aChangeDuringTheCheckIsNotRemembered() {
    let ticks = CountingTicks()
    let authenticator = counted(ticks)
    ticks.atThirdRead { [unowned authenticator] in
      authenticator.replace(with: [Self.user("anshika", "new")])
    }
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    #expect(ticks.reads == 3)
    #expect(ask(authenticator, "anshika", "right") == .refusedLater(.wrongPassword))
  }

  /// Many requests with one password at once cost one scrypt, where they run one by one.
  @Test func aWaitingRequestUsesWhatAnotherHasShown() throws {
    let ticks = CountingTicks()
    let authenticator = counted(ticks)
    let waiting = try (0..<10).map { _ in
      try authenticator.recognise(user: "anshika", password: Secret("right"))
    }
    for case .pending(let work) in waiting { #expect(try work().subject == "anshika") }
    #expect(ticks.reads == 10 + 2 + 9)
  }

  @Test func aPasswordEndsAtItsTime() {
    let end = Timestamp(milliseconds: clock.now.milliseconds + 60_000)
    let authenticator = authenticator([Self.user("anshika", "right", expires: end)])
    #expect(ask(authenticator, "anshika", "right") == .later("anshika"))
    clock.advance(seconds: 60)
    #expect(ask(authenticator, "anshika", "right") == .refusedAtOnce(.expiredUser))
    #expect(ask(authenticator, "anshika", "wrong") == .refusedLater(.wrongPassword))
    ticks.advance(seconds: 300)
    #expect(ask(authenticator, "anshika", "right") == .refusedLater(.expiredUser))
  }
}
