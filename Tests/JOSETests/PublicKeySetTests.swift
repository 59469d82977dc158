import Crypto
import Support
import TestSupport
import Testing

@testable import JOSE

/// Tokens under public keys, and JWK sets. The file is long because of its tables.
struct PublicKeySetTests {
  typealias Fixture = PublicKeyFixture
  typealias Signatures = PublicKeyFixture.Signatures
  typealias Tokens = PublicKeyTokens

  static let good = [
    ("RS256", "rsa", Signatures.rs256), ("PS256", "rsa", Signatures.ps256),
    ("PS256", "rsa", Signatures.leadingZero), ("ES256", "ec", Signatures.es256),
    ("EdDSA", "ed", Signatures.edDSA), ("Ed25519", "ed", Signatures.ed25519),
  ]

  /// RFC 7518 §3.3 to §3.5, RFC 8037 §3.1, RFC 9864 §2.2.
  @Test(arguments: good)
  func verifies(_ algorithm: String, _ kid: String, _ signature: String) {
    #expect(Tokens.keys.skipped == [])
    #expect(Tokens.failure(Tokens.token(algorithm, kid, signature)) == nil)
  }

  /// Every bit of an ECDSA or Ed25519 signature counts, and of an RSA signature a bit of each byte.
  @Test(arguments: good)
  func refusesAFlippedBit(_ algorithm: String, _ kid: String, _ signature: String) throws {
    let bytes = Fixture.bytes(signature)
    var accepted: [String] = []
    for index in bytes.indices {
      for bit in bytes.count == 64 ? 0..<8 : 0..<1 {
        var changed = bytes
        changed[index] ^= 1 << bit
        let token = Tokens.token(algorithm, kid, Base64.url.text(of: changed))
        if Tokens.failure(token) != .wrongSignature { accepted.append("byte \(index), bit \(bit)") }
      }
    }
    #expect(accepted == [])
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let algorithm: String
    let kid: String
    let signature: String
    let error: JWTError
    var testDescription: String { name }

    init(_ name: String, _ algorithm: String, _ kid: String, _ signature: String, _ error: JWTError)
    {
      (self.name, self.algorithm, self.kid) = (name, algorithm, kid)
      (self.signature, self.error) = (signature, error)
    }
  }

  /// The HMAC of a token that names a public key, with `secret` as the key.
  static func hmac(_ name: String, _ secret: [UInt8]) -> Row {
    let code = HMACSHA256(key: secret).code(for: Array(Fixture.input("HS256", "rsa").utf8)[...])
    return Row(
      "T5 HS256 with \(name) as the secret", "HS256", "rsa", Base64.url.text(of: code),
      .wrongAlgorithm)
  }

  static let es256 = Fixture.bytes(Signatures.es256)
  static func cut(_ text: String) -> String {
    Base64.url.text(of: Fixture.bytes(text).dropLast())
  }
  static func text(_ bytes: some Sequence<UInt8>) -> String { Base64.url.text(of: Array(bytes)) }

  static let bad =
    [
      hmac("the modulus", Fixture.bytes(Fixture.modulus)),
      hmac("the text of the modulus", Array(Fixture.modulus.utf8)),
      hmac("the JWK", Array(Tokens.jwk(Fixture.rsa).utf8)),
      Row("T1 none", "none", "rsa", "", .wrongAlgorithm),
      Row("T5 RS256 with a key for ES256", "RS256", "ec", Signatures.rs256, .wrongAlgorithm),
      Row("T5 ES256 with a key for RSA", "ES256", "rsa", Signatures.es256, .wrongAlgorithm),
      Row("T5 EdDSA with a key for ES256", "EdDSA", "ec", Signatures.edDSA, .wrongAlgorithm),
      Row("T5 RS384", "RS384", "rsa", Signatures.rs256, .wrongAlgorithm),
      Row("T6 rs256", "rs256", "rsa", Signatures.rs256, .wrongAlgorithm),
      Row("T6 ED25519", "ED25519", "ed", Signatures.ed25519, .wrongAlgorithm),
      Row("T5 Ed448", "Ed448", "ed", Signatures.ed25519, .wrongAlgorithm),
      Row("kid is unknown", "RS256", "other", Signatures.rs256, .unknownKey),
      Row("kid in other letters", "RS256", "RSA", Signatures.rs256, .unknownKey),
      Row("PKCS #1 under PS256", "PS256", "rsa", Signatures.pkcs1UnderPS256, .wrongSignature),
      Row("PSS under RS256", "RS256", "rsa", Signatures.pssUnderRS256, .wrongSignature),
      Row("PSS with a salt of 20 bytes", "PS256", "rsa", Signatures.salt20, .wrongSignature),
      Row("EdDSA over another header", "Ed25519", "ed", Signatures.edDSA, .wrongSignature),
      Row("ES256 in DER", "ES256", "ec", text(ECDSASignatureDER.of(es256)), .wrongSignature),
      Row(
        "ES256 with s before r", "ES256", "ec", text(es256[32...] + es256[..<32]), .wrongSignature),
      Row("ES256 of zeros", "ES256", "ec", text(repeatElement(0, count: 64)), .wrongSignature),
      Row("ES256 with zeros before r", "ES256", "ec", text([0, 0] + es256), .wrongSignature),
      Row(
        "PS256 without the zero at its start", "PS256", "rsa",
        text(Fixture.bytes(Signatures.leadingZero).dropFirst()), .wrongSignature),
      Row(
        "PS256 with a zero before it", "PS256", "rsa",
        text([0] + Fixture.bytes(Signatures.ps256)), .wrongSignature),
    ]
    + good.flatMap { algorithm, kid, signature in
      [
        Row("\(algorithm) without a byte", algorithm, kid, cut(signature), .wrongSignature),
        Row(
          "\(algorithm) with a byte more", algorithm, kid,
          text(Fixture.bytes(signature) + [0]), .wrongSignature),
        Row("T16 \(algorithm) without a signature", algorithm, kid, "", .wrongSignature),
      ]
    }

  /// RFC 8725 §2.1, §3.1: the algorithm is the key's, and a signature has one length.
  @Test(arguments: bad)
  func refuses(_ row: Row) {
    #expect(Tokens.failure(Tokens.token(row.algorithm, row.kid, row.signature)) == row.error)
  }

  /// RFC 7515 §4.1.4: `kid` is mandatory here, even if the set has one key. T9.
  @Test func refusesATokenWithoutKid() {
    let header = Base64.url.text(of: Array(#"{"alg":"RS256"}"#.utf8))
    let keys = Tokens.set([Tokens.jwk(Fixture.rsa)])
    #expect(Tokens.failure("\(header).e30.\(Signatures.rs256)", keys: keys) == .missingKeyID)
  }

  /// RFC 7517 §4.4: a key with `alg` serves this algorithm, whatever the header says.
  @Test(
    arguments: [
      ("RS256", "PS256", Signatures.ps256), ("PS256", "RS256", Signatures.rs256),
    ])
  func aKeyWithAlgServesItAlone(_ own: String, _ other: String, _ signature: String) {
    let keys = Tokens.set([Tokens.jwk(Fixture.rsa, ["alg": #""\#(own)""#])])
    #expect(Tokens.failure(Tokens.token(other, "rsa", signature), keys: keys) == .wrongAlgorithm)
  }

  /// RFC 9864 §2.2: both names are one algorithm, in the key and in the header.
  @Test(arguments: ["EdDSA", "Ed25519"])
  func bothNamesOfEd25519AreOne(_ name: String) {
    let keys = Tokens.set([Tokens.jwk(Fixture.okp, ["alg": #""\#(name)""#])])
    for (algorithm, signature) in [
      ("EdDSA", Signatures.edDSA), ("Ed25519", Signatures.ed25519),
    ] {
      #expect(Tokens.failure(Tokens.token(algorithm, "ed", signature), keys: keys) == nil)
    }
  }

  /// RFC 8725 §3.1: a key without `alg` serves the enabled algorithms alone.
  @Test func anAlgorithmThatIsNotEnabledIsRefused() {
    let jwks = [Tokens.jwk(Fixture.rsa), Tokens.jwk(Fixture.ec)]
    let keys = Tokens.set(jwks, algorithms: [.rs256])
    #expect(Tokens.failure(Tokens.token("RS256", "rsa", Signatures.rs256), keys: keys) == nil)
    #expect(
      Tokens.failure(Tokens.token("PS256", "rsa", Signatures.ps256), keys: keys) == .wrongAlgorithm)
    #expect(keys.skipped == [.init(index: 1, error: .wrongAlgorithm)])
  }

  // MARK: Sets

  /// RFC 7517 §5: the keys beside one that cannot be used remain.
  @Test func skipsAKeyThatCannotBeUsed() {
    let small = Tokens.jwk(Fixture.rsa, ["n": #""AQ""#, "kid": #""small""#])
    let keys = Tokens.set(["null", small, Tokens.jwk(Fixture.rsa)])
    #expect(
      keys.skipped == [
        .init(index: 0, error: .notAnObject), .init(index: 1, error: .invalidKey(.modulusSize)),
      ])
    #expect(Tokens.failure(Tokens.token("RS256", "rsa", Signatures.rs256), keys: keys) == nil)
  }

  /// RFC 7517 §4.5: no key of a `kid` that is there twice is used, in either order and however it is
  /// escaped.
  @Test(arguments: [#""rsa""#, #""\u0072sa""#])
  func usesNoKeyOfADuplicateKid(_ kid: String) {
    let jwks = [
      Tokens.jwk(Fixture.rsa), Tokens.jwk(Fixture.ec, ["kid": kid]), Tokens.jwk(Fixture.okp),
    ]
    for order in [[0, 1, 2], [1, 0, 2]] {
      let keys = Tokens.set(order.map { jwks[$0] })
      #expect(keys.skipped.map(\.index) == [0, 1])
      #expect(keys.skipped.allSatisfy { $0.error == .duplicateKeyID })
      for (algorithm, signature) in [("RS256", Signatures.rs256), ("ES256", Signatures.es256)] {
        #expect(
          Tokens.failure(Tokens.token(algorithm, "rsa", signature), keys: keys) == .unknownKey)
      }
      #expect(Tokens.failure(Tokens.token("EdDSA", "ed", Signatures.edDSA), keys: keys) == nil)
    }
  }

  /// A key that cannot be used makes no duplicate, and names that only look equal are two.
  @Test func onlyUsableKeysOfTheSameBytesAreDuplicates() {
    let keys = Tokens.set([
      Tokens.jwk(Fixture.rsa), Tokens.jwk(Fixture.ec, ["kid": #""rsa""#, "use": #""enc""#]),
      Tokens.jwk(Fixture.ec, ["kid": #""RSA""#]), Tokens.jwk(Fixture.okp, ["kid": #""K""#]),
      Tokens.jwk(Fixture.okp, ["kid": "\"\u{212A}\""]),
    ])
    #expect(keys.skipped == [.init(index: 1, error: .wrongUse)])
    #expect(Tokens.failure(Tokens.token("RS256", "rsa", Signatures.rs256), keys: keys) == nil)
  }

  static let key = Tokens.jwk(Fixture.okp)
  static func padded(to length: Int) -> [UInt8] {
    let text = Tokens.text([key])
    return text + [UInt8](repeating: 0x20, count: length - text.count)
  }

  static let sets: [(String, [UInt8], PublicKeySetError)] = [
    ("nothing", [], .malformed), ("a key alone", Array(key.utf8), .malformed),
    ("an array", Array("[\(key)]".utf8), .malformed), ("no keys", Array("{}".utf8), .malformed),
    ("keys is null", Array(#"{"keys":null}"#.utf8), .malformed),
    ("keys is an object", Array(#"{"keys":\#(key)}"#.utf8), .malformed),
    ("keys twice", Array(#"{"keys":[],"keys":[\#(key)]}"#.utf8), .malformed),
    ("a member of a key twice", Array(#"{"keys":[{"kty":"EC","kty":"OKP"}]}"#.utf8), .malformed),
    ("a comma more", Array(#"{"keys":[\#(key),]}"#.utf8), .malformed),
    ("more behind", Tokens.text([key]) + Array("{}".utf8), .malformed),
    ("65 keys", Tokens.text(Array(repeating: "0", count: 65)), .tooManyKeys),
    ("64 KiB and a byte", padded(to: 65537), .tooLong),
  ]

  /// RFC 7517 §5, §5.1.
  @Test(arguments: sets)
  func refusesASet(_ name: String, _ text: [UInt8], _ error: PublicKeySetError) {
    #expect(throws: error) { try PublicKeySet(text) }
  }

  @Test func acceptsTheLargestSets() throws {
    let many = Tokens.set(Array(repeating: "0", count: 63) + [Self.key])
    #expect(many.skipped.count == 63)
    #expect(!many.isEmpty)
    #expect(try !PublicKeySet(Self.padded(to: 65536)).isEmpty)
    #expect(Tokens.set([]).isEmpty)
  }
}

/// The DER form of r and s when both have 32 bytes and no unnecessary zero is left out.
private enum ECDSASignatureDER {
  static func of(_ raw: [UInt8]) -> [UInt8] {
    let numbers = [raw[..<32], raw[32...]].flatMap { number -> [UInt8] in
      let sign: [UInt8] = number.first ?? 0 >= 0x80 ? [0] : []
      return [2, UInt8(32 + sign.count)] + sign + number
    }
    return [0x30, UInt8(numbers.count)] + numbers
  }
}
