import Crypto
import TestSupport
import Testing

@testable import JOSE

/// JWKs that are not used (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2), and the reason. The file
/// is long because it is this table.
struct JWKTests {
  typealias Fixture = PublicKeyFixture

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let jwk: String
    let error: JWKError
    var testDescription: String { name }
  }

  private static func rows(
    _ members: PublicKeyTokens.Members, _ error: JWKError,
    _ rows: [(name: String, changes: PublicKeyTokens.Changes)]
  ) -> [Row] {
    rows.map {
      Row(name: $0.name, jwk: PublicKeyTokens.jwk(members, $0.changes), error: error)
    }
  }

  static let n = Fixture.modulus
  /// An odd number of `bytes` bytes, in Base64url, as a JSON string.
  static func number(_ bytes: Int, first: UInt8, last: UInt8 = 1) -> String {
    let number = [first] + [UInt8](repeating: 0x55, count: bytes - 2) + [last]
    return #""\#(PublicKeySetTests.text(number))""#
  }
  static let zeroBefore = #""\#(PublicKeySetTests.text([0] + Fixture.bytes(n)))""#
  static func coordinate(_ bytes: some Sequence<UInt8>) -> String {
    #""\#(PublicKeySetTests.text(bytes))""#
  }
  static let (x, y) = (Fixture.bytes(Fixture.x), Fixture.bytes(Fixture.y))

  static let kinds: [Row] =
    ["null", "[]", "1", #""key""#].map {
      Row(name: "\($0)", jwk: $0, error: .notAnObject)
    }
    // RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2
    + rows(
      Fixture.rsa, .secretKey,
      ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].map { ("RSA with \($0)", [$0: #""AQ""#]) }
        + [("RSA with d that is null", ["d": "null"])])
    + rows(Fixture.ec, .secretKey, [("EC with d", ["d": #""AQ""#])])
    + rows(Fixture.okp, .secretKey, [("OKP with d", ["d": #""AQ""#])])
    + rows(
      [("kty", #""oct""#), ("kid", #""rsa""#), ("k", #""\#(n)""#)], .secretKey,
      [
        ("a symmetric key", [:]), ("a symmetric key with alg RS256", ["alg": #""RS256""#]),
      ])
    + rows(
      Fixture.rsa, .missingKeyID,
      [
        ("no kid", ["kid": nil]), ("kid is a number", ["kid": "1"]),
        ("kid is null", ["kid": "null"]),
      ])
    // RFC 7517 §4.2
    + rows(
      Fixture.rsa, .wrongUse,
      [
        ("use is enc", ["use": #""enc""#]), ("use is SIG", ["use": #""SIG""#]),
        ("use is null", ["use": "null"]), ("use is an array", ["use": #"["sig"]"#]),
        // RFC 7517 §4.3
        ("key_ops without verify", ["key_ops": #"["encrypt","wrapKey"]"#]),
        ("key_ops is empty", ["key_ops": "[]"]), ("key_ops is sign", ["key_ops": #"["sign"]"#]),
        ("key_ops is a string", ["key_ops": #""verify""#]),
        ("key_ops with a number", ["key_ops": #"["verify",1]"#]),
        ("use is sig, key_ops is not", ["use": #""sig""#, "key_ops": #"["encrypt"]"#]),
        ("key_ops is verify, use is not", ["use": #""enc""#, "key_ops": #"["verify"]"#]),
      ])
    // RFC 7517 §4.1
    + rows(
      Fixture.rsa, .unknownType,
      [
        ("no kty", ["kty": nil]), ("kty is rsa", ["kty": #""rsa""#]),
        ("kty is AKP", ["kty": #""AKP""#]),
        ("kty is an array", ["kty": #"["RSA"]"#]), ("kty is oct without k", ["kty": #""oct""#]),
      ])
    + rows(
      Fixture.ec, .unknownCurve,
      [
        ("no crv", ["crv": nil]), ("crv is P-384", ["crv": #""P-384""#]),
        ("crv is secp256k1", ["crv": #""secp256k1""#]), ("crv is p-256", ["crv": #""p-256""#]),
        ("EC on Ed25519", ["crv": #""Ed25519""#]),
      ])
    + rows(
      Fixture.okp, .unknownCurve,
      [
        ("crv is X25519", ["crv": #""X25519""#]), ("crv is Ed448", ["crv": #""Ed448""#]),
        ("OKP on P-256", ["crv": #""P-256""#]),
      ])
    // RFC 7517 §4.4, RFC 8725 §3.1
    + rows(
      Fixture.rsa, .wrongAlgorithm,
      [
        ("RSA for HS256", ["alg": #""HS256""#]), ("RSA for none", ["alg": #""none""#]),
        ("RSA for ES256", ["alg": #""ES256""#]), ("RSA for RS384", ["alg": #""RS384""#]),
        ("RSA for encryption", ["alg": #""RSA-OAEP""#]), ("alg is null", ["alg": "null"]),
        ("alg is an array", ["alg": #"["RS256"]"#]),
      ])
    + rows(Fixture.ec, .wrongAlgorithm, [("P-256 for EdDSA", ["alg": #""EdDSA""#])])
    + rows(Fixture.okp, .wrongAlgorithm, [("Ed25519 for RS256", ["alg": #""RS256""#])])

  static let numbers: [Row] =
    // RFC 7515 §2
    rows(
      Fixture.rsa, .malformedMember("n"),
      [
        ("no n", ["n": nil]), ("n is a number", ["n": "65537"]),
        ("n with padding", ["n": #""AQAB=""#]),
        ("n with a space", ["n": #"" \#(n)""#]), ("n in the other alphabet", ["n": #""A+AB""#]),
        ("n with bits unused", ["n": #""AR""#]),
      ])
    + rows(Fixture.rsa, .malformedMember("e"), [("no e", ["e": nil]), ("e is 3", ["e": "3"])])
    + rows(Fixture.ec, .malformedMember("x"), [("EC without x", ["x": nil])])
    + rows(Fixture.ec, .malformedMember("y"), [("EC without y", ["y": nil])])
    + rows(Fixture.okp, .malformedMember("x"), [("OKP without x", ["x": nil])])
    // RFC 7518 §6.3.1.1, §2
    + rows(
      Fixture.rsa, .invalidKey(.leadingZero),
      [
        ("n with a zero before it", ["n": zeroBefore]),
        ("e with a zero before it", ["e": #""AAEAAQ""#]),
      ])
    // RFC 7518 §3.3
    + rows(
      Fixture.rsa, .invalidKey(.modulusSize),
      [
        ("n of 1024 bits", ["n": number(128, first: 0x80)]),
        ("n of 2047 bits", ["n": number(256, first: 0x7F)]),
        ("n of 8193 bits", ["n": number(1025, first: 1)]), ("n is empty", ["n": #""""#]),
      ])
    // RFC 8017 §3.1
    + rows(
      Fixture.rsa, .invalidKey(.evenModulus),
      [("n is even", ["n": number(256, first: 0x80, last: 2)])])
    + rows(
      Fixture.rsa, .invalidKey(.exponent),
      [
        ("e is 1", ["e": #""AQ""#]), ("e is 2", ["e": #""Ag""#]), ("e is even", ["e": #""AQAA""#]),
        ("e is empty", ["e": #""""#]), ("e of 33 bits", ["e": #""AQAAAAE""#]),
      ])
    // RFC 7518 §6.2.1.2, §6.2.1.3
    + rows(
      Fixture.ec, .invalidKey(.coordinateLength),
      [
        ("x of 31 bytes", ["x": coordinate(x.dropLast())]),
        ("y of 33 bytes", ["y": coordinate([0] + y)]), ("x is empty", ["x": #""""#]),
        (
          "a byte of x in y",
          ["x": coordinate(x.dropLast()), "y": coordinate([x[31]] + y)]
        ),
      ])
    // SEC 1 §2.3.4, RFC 8725 §3.4
    + rows(
      Fixture.ec, .invalidKey(.notAKey),
      [
        ("a point off the curve", ["y": coordinate(x)]),
        (
          "the point of zeros",
          [
            "x": coordinate(repeatElement(0, count: 32)),
            "y": coordinate(repeatElement(0, count: 32)),
          ]
        ),
        ("x over the prime", ["x": coordinate(repeatElement(0xFF, count: 32))]),
      ])
    // RFC 8032 §5.1.5
    + rows(
      Fixture.okp, .invalidKey(.notAKey),
      [
        ("an Ed25519 key of 31 bytes", ["x": coordinate(x.dropLast())]),
        ("an Ed25519 key of 33 bytes", ["x": coordinate(x + [0])]),
        ("an empty Ed25519 key", ["x": #""""#]),
      ])

  @Test(arguments: kinds + numbers)
  func isNotUsed(_ row: Row) {
    let keys = PublicKeyTokens.set([row.jwk])
    #expect(keys.skipped == [.init(index: 0, error: row.error)])
    #expect(keys.isEmpty)
  }

  /// RFC 7517 §4: unknown members are ignored. Certificates are ignored too, and no link is followed.
  @Test(
    arguments: [
      ["use": #""sig""#], ["key_ops": #"["verify"]"#], ["key_ops": #"["sign","verify"]"#],
      ["use": #""sig""#, "key_ops": #"["verify"]"#], ["x": "1"], ["x5c": #"["MIIB"]"#],
      ["x5u": #""https://attacker.example/cert""#, "x5t": "1"], ["e": #""Aw""#],
      ["e": #""_____w""#], ["n": number(256, first: 0x80)], ["n": number(1024, first: 0xFF)],
    ] as [[String: String?]])
  func isUsed(_ changes: [String: String?]) {
    let keys = PublicKeyTokens.set([PublicKeyTokens.jwk(Fixture.rsa, changes)])
    #expect(keys.skipped == [])
    #expect(!keys.isEmpty)
  }

  /// ASVS 16.2.5: no reason contains a value of the key.
  @Test func reasonsAreWords() {
    for row in Self.kinds + Self.numbers {
      #expect(row.error.reason.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == 0x5F })
    }
  }
}
