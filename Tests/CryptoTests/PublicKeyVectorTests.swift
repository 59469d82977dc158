import Foundation
import TestSupport
import Testing

@testable import Crypto

enum PublicKeyVectorFiles {
  static let pkcs1 = [2048, 3072, 4096, 8192].map { "rsa_signature_\($0)_sha256" }
  static let pss = [
    "rsa_pss_2048_sha256_mgf1_32", "rsa_pss_3072_sha256_mgf1_32", "rsa_pss_4096_sha256_mgf1_32",
  ]
  /// PSS with another salt or another hash in MGF1.
  static let otherPSS = ["rsa_pss_2048_sha256_mgf1_0", "rsa_pss_2048_sha256_mgf1sha1_20"]
  static let raw = "ecdsa_secp256r1_sha256_p1363"
  static let der = "ecdsa_secp256r1_sha256"
}

/// Wycheproof's vectors of the four schemes. Each file is one test.
@Suite(.enabled(if: Vectors.areComplete, "\(Vectors.hint)"))
struct PublicKeyVectorTests {
  typealias Files = PublicKeyVectorFiles

  /// A vector that is neither valid nor invalid has no NULL in its DigestInfo. RFC 8017 §9.2 demands
  /// the NULL.
  @Test(arguments: Files.pkcs1)
  func rs256(_ file: String) throws {
    #expect(try verify(file, count: 258...259) { try Self.rsa($0, .pkcs1) } >= 7)
  }

  @Test(arguments: Files.pss)
  func ps256(_ file: String) throws {
    #expect(try verify(file, count: 108...108) { try Self.rsa($0, .pss) } == 63)
  }

  /// RFC 7518 §3.5: the salt has 32 bytes, and MGF1 uses SHA-256. What is valid in these files has
  /// another salt or another hash.
  @Test(arguments: Files.otherPSS)
  func ps256WithOtherParameters(_ file: String) throws {
    for group in try Wycheproof.groups(file) {
      let key = try Self.rsa(group, .pss)
      for test in Wycheproof.tests(group) where test["result"] as? String == "valid" {
        let message = Wycheproof.bytes(test["msg"])
        #expect(!key.isValid(Wycheproof.bytes(test["sig"]), for: message[...]))
      }
    }
  }

  @Test func es256() throws {
    #expect(try verify(Files.raw, count: 250...500) { try Self.p256($0) } > 100)
  }

  /// The signatures that r and s of 64 bytes can express are the same in DER, byte for byte. The
  /// others are invalid.
  @Test func es256InDER() throws {
    var valid = 0
    for group in try Wycheproof.groups(Files.der) {
      let key = try Self.p256(group)
      for test in Wycheproof.tests(group) {
        let (message, signature) = (Wycheproof.bytes(test["msg"]), Wycheproof.bytes(test["sig"]))
        let raw = Self.raw(signature)
        let isValid = ECDSASignature.der(raw) == signature && key.isValid(raw, for: message[...])
        #expect(isValid == (test["result"] as? String == "valid"), "\(test["tcId"] ?? 0)")
        valid += isValid ? 1 : 0
      }
    }
    #expect(valid == 174)
  }

  @Test func ed25519() throws {
    let valid = try verify("ed25519", count: 151...151) { group in
      try PublicKey(ed25519: Wycheproof.bytes(Self.numbers(group)["pk"]))
    }
    #expect(valid == 88)
  }

  // MARK: Vectors

  /// Verifies each vector of a file, and returns how many are valid.
  private func verify(
    _ file: String, count: ClosedRange<Int>, key: ([String: Any]) throws -> PublicKey
  ) throws -> Int {
    var (valid, all) = (0, 0)
    for group in try Wycheproof.groups(file) {
      let key = try key(group)
      for test in Wycheproof.tests(group) {
        let message = Wycheproof.bytes(test["msg"])
        let isValid = key.isValid(Wycheproof.bytes(test["sig"]), for: message[...])
        #expect(isValid == (test["result"] as? String == "valid"), "\(file) \(test["tcId"] ?? 0)")
        valid += isValid ? 1 : 0
        all += 1
      }
    }
    #expect(count.contains(all))
    return valid
  }

  private static func numbers(_ group: [String: Any]) -> [String: Any] {
    group["publicKey"] as? [String: Any] ?? [:]
  }

  /// Wycheproof writes numbers as DER does, with a zero before a set highest bit.
  private static func rsa(
    _ group: [String: Any], _ padding: PublicKey.RSAPadding
  ) throws -> PublicKey {
    let modulus = Wycheproof.bytes(numbers(group)["modulus"])
    let exponent = Wycheproof.bytes(numbers(group)["publicExponent"])
    return try PublicKey(
      modulus: Array(modulus.drop { $0 == 0 }), exponent: Array(exponent.drop { $0 == 0 }),
      padding: padding)
  }

  private static func p256(_ group: [String: Any]) throws -> PublicKey {
    let point = Wycheproof.bytes(numbers(group)["uncompressed"]).dropFirst()
    return try PublicKey(p256x: Array(point.prefix(32)), y: Array(point.suffix(32)))
  }

  /// r and s of a signature in DER; zeros where it is not one.
  private static func raw(_ der: [UInt8]) -> [UInt8] {
    var rest = der.dropFirst(2)
    return (0..<2).flatMap { _ -> [UInt8] in
      let count = Int(rest.dropFirst().first ?? 0)
      let number = rest.dropFirst(2).prefix(count).drop { $0 == 0 }.prefix(32)
      rest = rest.dropFirst(2 + count)
      return [UInt8](repeating: 0, count: 32 - number.count) + number
    }
  }
}
