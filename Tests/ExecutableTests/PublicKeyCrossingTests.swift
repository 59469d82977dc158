import Crypto
import Foundation
import JOSE
import JSON
import Support
import Testing

/// JWK sets and tokens of joserfc verify here, for each public-key algorithm, and ours verify there.
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

  /// RFC 7515 §7.1, RFC 7517 §5, RFC 7638 §3
  @Test func joserfcVerifiesWhatIsSignedHere() throws {
    let key = ES256Key(SigningKey())
    let claims = JSONObject([("sub", "anshika"), ("scope", "calculate:basic")])
    let given: JSONValue = [
      "jwks": ["keys": .array([key.publicJWK])], "token": .string(key.sign(claims, as: "at+jwt")),
    ]
    let (status, output) = try Python.run(
      "public_keys.py", in: "modern", arguments: ["verify"], input: Data(given.serialized()))
    #expect(status == 0)
    let read = try #require(try JSONParser.parse(Array(output)).object)
    let header: JSONValue = ["alg": "ES256", "kid": .string(key.id), "typ": "at+jwt"]
    #expect(read["header"] == header)
    #expect(read["claims"] == .object(claims))
    #expect(read["thumbprints"] == .array([.string(key.id)]))
  }
}
