import Auth
import JOSE
import TestSupport
import Testing

struct TestIssuerTests {
  static let keys: [TestSigningKey] = [.ed25519, .rsa, .rsaPSS, .p256]

  @Test(arguments: keys)
  func itsSignaturesAreValidForItsSet(_ key: TestSigningKey) throws {
    let set = try PublicKeySet(Array(TestIssuer.jwks(Self.keys.map { $0.jwk() }).utf8))
    #expect(set.skipped == [])
    // A number of DER is shorter in one of 128 signatures.
    for number in 0..<(key.algorithm == .es256 ? 300 : 2) {
      let jws = try CompactJWS(TestIssuer.token(["jti": "\(number)"], key: key))
      let found = try set.key(for: JWSHeader(jws.header))
      #expect(found.isValid(jws.signature, over: jws.signingInput))
    }
  }
}
