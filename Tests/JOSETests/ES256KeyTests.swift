import Crypto
import JSON
import Support
import Testing

@testable import JOSE

struct ES256KeyTests {
  static let key = ES256Key(SigningKey())
  static let claims = JSONObject([("sub", "anshika"), ("n", .number(JSONNumber(1)))])

  /// RFC 7515 §5.2: what is signed is read back with the key set alone.
  @Test func aKeySetVerifiesWhatItSigns() throws {
    let document: JSONValue = ["keys": .array([Self.key.publicJWK])]
    let keys = try PublicKeySet(document.serialized())
    #expect(keys.skipped.isEmpty)
    let token = try CompactJWS(Self.key.sign(Self.claims, as: "at+jwt"))
    let header = try JWSHeader(token.header)
    #expect(header.hasType("at+jwt"))
    #expect(header.algorithm == "ES256")
    let verifier = try keys.key(for: header)
    #expect(verifier.isValid(token.signature, over: token.signingInput))
    #expect(!verifier.isValid(token.signature, over: token.signingInput.dropLast()))
    #expect(try JSONObject(claims: token.payload) == Self.claims)
  }

  /// RFC 7517 §4, RFC 7518 §6.2.1; no member of §6.2.2.
  @Test func theJWKHasNothingPrivate() throws {
    let jwk = try #require(Self.key.publicJWK.object)
    #expect(jwk.members.map(\.name) == ["kty", "crv", "x", "y", "kid", "use", "alg"])
    #expect(jwk["kid"]?.string == Self.key.id)
  }

  @Test func twoKeysHaveTwoNames() {
    #expect(ES256Key(SigningKey()).id != Self.key.id)
  }
}
