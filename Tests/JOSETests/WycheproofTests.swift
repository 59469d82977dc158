import Support
import Foundation
import JSON
import Crypto
import TestSupport
import Testing

@testable import JOSE

/// Wycheproof's vectors. They test only signatures: their payloads are not claims, and their
/// headers have no `typ`.
@Suite(.enabled(if: Vectors.areThere, "\(Vectors.hint)"))
struct WycheproofTests {
  static let files = ["json_web_signature", "json_web_crypto", "json_web_key"]

  /// Vectors of `json_web_signature` whose expected result is wrong.
  static let mislabelled: [Int: Bool] = [
    346: false, 347: false, 350: false, 351: false,  // "valid", but key and header algorithm differ
    367: true, 370: true,  // "invalid", but byte for byte the valid 357
    372: false, 373: false,  // "valid", but with a `?` inside
  ]

  /// Vectors whose RSA key can be computed from its modulus (ROCA, CVE-2017-15361). Weak numbers of an
  /// issuer are not looked for: its key set is trusted.
  static let weakKeys = ["json_web_key": 7, "json_web_crypto": 46]

  @Test func everyVectorIsThere() throws {
    #expect(try Self.files.map { try WycheproofToken.all(in: $0).count } == [401, 83, 26])
    let tokens = try Self.files.flatMap { try WycheproofToken.all(in: $0) }
    #expect(tokens.count { Self.isHS256($0) && $0.isValid } == 14)
    #expect(tokens.count(where: Self.isHS256) == 67)
  }

  /// Vectors with an HS256 key give the expected result.
  @Test(arguments: try files.flatMap { try WycheproofToken.all(in: $0) }.filter(isHS256))
  func verifiesHS256(_ vector: WycheproofToken) throws {
    let mislabelled = vector.file == "json_web_signature" ? Self.mislabelled[vector.id] : nil
    #expect((Self.failure(of: vector) == nil) == mislabelled ?? vector.isValid)
  }

  /// Vectors of every other algorithm are refused, even if the bytes of their key are a key of this
  /// server.
  @Test(arguments: try files.flatMap { try WycheproofToken.all(in: $0) }.filter { !isHS256($0) })
  func refusesOtherAlgorithms(_ vector: WycheproofToken) throws {
    let keys = try vector.jwks.map { jwk in
      let bytes = ["k", "n", "x"].compactMap { jwk[$0] }.first ?? ""
      let secret = Base64.url.decode(Array(bytes.utf8)) ?? []
      return try HMACKey(
        secret: secret.isEmpty ? [0] : secret, id: jwk["kid"] ?? "", allowingWeak: true)
    }
    let first = try #require(keys.first)
    let failure = Fixture.failure(
      vector.text, as: nil, keys: KeySet(current: first, previous: Array(keys.dropFirst())))
    // Two tokens are HS256 with a JWK for AES. No key can be made of such a JWK here. With the bytes
    // of the key alone, the tokens are valid.
    if vector.file == "json_web_key", [25, 26].contains(vector.id) {
      #expect(Self.keySet(vector.jwks) == nil)
    } else {
      #expect(failure != nil)
    }
  }

  /// All of `hmac_sha256`. Codes that are cut to 16 bytes are refused.
  @Test func authenticatesMessages() throws {
    let groups = try Wycheproof.groups("hmac_sha256")
    var count = 0
    for group in groups {
      let isWhole = group["tagSize"] as? Int == 256
      for test in Wycheproof.tests(group) {
        let mac = HMACSHA256(key: Wycheproof.bytes(test["key"]))
        let message = Wycheproof.bytes(test["msg"])
        let tag = Wycheproof.bytes(test["tag"])
        let isValid = test["result"] as? String == "valid"
        #expect(mac.code(for: message[...]).starts(with: tag) == isValid, "\(test["tcId"] ?? 0)")
        #expect(mac.isValid(tag, for: message[...]) == (isValid && isWhole))
        count += 1
      }
    }
    #expect(count == 174)
  }

  /// The same vectors with their public keys: those of RS256, PS256 and ES256 give the expected
  /// result, and the others are refused.
  @Test(arguments: try files.flatMap { try WycheproofToken.all(in: $0) }.filter { !isHS256($0) })
  func verifiesWithPublicKeys(_ vector: WycheproofToken) throws {
    let mislabelled = vector.file == "json_web_signature" ? Self.mislabelled[vector.id] : nil
    let isSupported = vector.jwks.contains {
      PublicKeyAlgorithm(name: $0["alg"] ?? "") != nil
    }
    let failure = PublicKeyTokens.failure(vector.text, keys: try PublicKeySet(vector.publicKeys))
    let isWeak = Self.weakKeys[vector.file] == vector.id
    #expect((failure == nil) == (isWeak || isSupported && mislabelled ?? vector.isValid))
  }

  // MARK: Keys of a vector

  /// `.unknownKey` if the JWKs are not a valid key set.
  private static func failure(of vector: WycheproofToken) -> JWTError? {
    guard let keys = keySet(vector.jwks) else { return .unknownKey }
    return Fixture.failure(vector.text, as: nil, keys: keys)
  }

  /// The key set that a parser of JWKs would make. The project has no such parser. Its keys are
  /// HS256 by their type and named by their thumbprint, so no set has two algorithms, or one name
  /// twice.
  private static func keySet(_ jwks: [[String: String]]) -> KeySet? {
    let keys = jwks.compactMap { jwk -> HMACKey? in
      guard jwk["kty"] == "oct", jwk["alg"] == "HS256", jwk["use"] == "sig",
        let secret = jwk["k"].flatMap({ Base64.url.decode(Array($0.utf8)) })
      else { return nil }
      return try? HMACKey(secret: secret, id: jwk["kid"] ?? "")
    }
    guard let first = keys.first, keys.count == jwks.count,
      Set(keys.map(\.id)).count == keys.count
    else { return nil }
    return KeySet(current: first, previous: Array(keys.dropFirst()))
  }

  private static func isHS256(_ vector: WycheproofToken) -> Bool {
    vector.jwks.contains { $0["alg"] == "HS256" }
  }
}
