import TestSupport

@testable import JOSE

/// Tokens and sets with the keys of `PublicKeyFixture`.
enum PublicKeyTokens {
  typealias Members = [(String, String)]
  typealias Changes = [String: String?]

  static let keys = set([
    jwk(PublicKeyFixture.rsa), jwk(PublicKeyFixture.ec), jwk(PublicKeyFixture.okp),
  ])

  static func jwk(_ members: Members, _ changes: Changes = [:]) -> String {
    TokenAttack.text(members, changes)
  }

  static func text(_ jwks: [String]) -> [UInt8] {
    Array(#"{"keys":[\#(jwks.joined(separator: ","))]}"#.utf8)
  }

  static func set(
    _ jwks: [String],
    algorithms: Set<PublicKeyAlgorithm> = Set(PublicKeyAlgorithm.allCases)
  ) -> PublicKeySet {
    guard let set = try? PublicKeySet(text(jwks), algorithms: algorithms) else {
      fatalError("not a JWK set")
    }
    return set
  }

  /// A token in the compact serialization, with a signature that may be any text.
  static func token(_ algorithm: String, _ kid: String, _ signature: String) -> String {
    "\(PublicKeyFixture.input(algorithm, kid)).\(signature)"
  }

  /// The order of verification, as far as the signature. `nil` if it is valid.
  static func failure(_ text: String, keys: PublicKeySet = keys) -> JWTError? {
    do throws(JWTError) {
      let token = try CompactJWS(text)
      let key = try keys.key(for: JWSHeader(token.header))
      guard key.isValid(token.signature, over: token.signingInput) else { throw .wrongSignature }
      return nil
    } catch { return error }
  }
}
