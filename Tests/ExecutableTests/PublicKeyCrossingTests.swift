import Foundation
import JOSE
import JSON
import Support
import Testing

/// JWK sets and tokens of joserfc verify here, for each public-key algorithm.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct PublicKeyCrossingTests {
  @Test func whatJoserfcSignsVerifies() throws {
    let made = try Python.run("public_keys.py", in: "modern", input: Data())
    #expect(made.status == 0)
    let object = try #require(try JSONParser.parse(Array(made.output)).object)
    let keys = try PublicKeySet(try #require(object["jwks"]).serialized())
    #expect(keys.skipped.isEmpty)
    let tokens = try #require(object["tokens"]?.object?.members)
    #expect(tokens.map(\.name) == ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
    for token in tokens {
      let jws = try CompactJWS(try #require(token.value.string))
      let header = try JWSHeader(jws.header)
      let key = try keys.key(for: header)
      #expect(key.isValid(jws.signature, over: jws.signingInput), "\(token.name)")
      // The same token with another payload.
      var forged = Array(jws.signingInput)
      forged[forged.count - 1] ^= 1
      #expect(!key.isValid(jws.signature, over: forged[...]), "\(token.name)")
    }
  }
}
