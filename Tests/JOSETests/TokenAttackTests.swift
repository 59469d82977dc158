import TestSupport
import Testing

@testable import JOSE

/// The rows of `TokenAttack` on the verifier alone. `AttackTests` sends the same rows to
/// `CalculatorJWT`.
struct TokenAttackTests {
  @Test(arguments: TokenAttack.all)
  func refuses(_ attack: TokenAttack) throws {
    let token = attack.text { input, secret in
      Fixture.weakKey(secret).signature(over: Array(input.utf8)[...])
    }
    #expect(Fixture.failure(token)?.rawValue == attack.reason)
  }

  /// RFC 7638 §3
  @Test func theTableHasTheKeysThumbprint() { #expect(Fixture.key.id == TokenAttack.keyID) }

  /// An attack has one row, so that a failure names it.
  @Test func everyRowHasItsName() {
    let names = TokenAttack.all.map(\.description)
    #expect(Set(names).count == names.count)
  }
}
