import TestSupport
import Testing

@testable import Auth
@testable import JOSE

/// The rows of `TokenAttack` against the verifier. `AttackTests` sends the same rows to
/// `CalculatorJWT`.
struct TokenAttackTests {
  @Test(arguments: TokenAttack.all)
  func refuses(_ attack: TokenAttack) throws {
    let token = attack.text { input, secret in
      TokenFixture.key(secret).signature(over: Array(input.utf8)[...])
    }
    #expect(TokenFixture.failure(token)?.reason == attack.reason)
  }

  /// RFC 7638 §3
  @Test func theTableHasTheKeysThumbprint() { #expect(TokenFixture.key.id == TokenAttack.keyID) }

  /// Each attack has one row, so that a failure identifies it.
  @Test func everyRowHasItsName() {
    let names = TokenAttack.all.map(\.description)
    #expect(Set(names).count == names.count)
  }
}
