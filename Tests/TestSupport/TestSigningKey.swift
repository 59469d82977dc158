private import COpenSSL
private import Support

/// A key pair of a test. Its private key never leaves the process.
package struct TestSigningKey: Sendable {
  /// As in `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
  package enum Algorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
  }

  /// `kid` (RFC 7517 §4.5).
  package let id: String
  package let algorithm: Algorithm
  private let pair: KeyPair

  private init(_ id: String, _ algorithm: Algorithm, _ pair: KeyPair) {
    (self.id, self.algorithm, self.pair) = (id, algorithm, pair)
  }

  // MARK: Keys

  /// The same pair in every process.
  package static let ed25519 = TestSigningKey.ed25519("ed", seed: 7)
  /// Another pair in each process: RSA with 2048 bits, and P-256.
  package static let rsa = TestSigningKey("rsa", .rs256, KeyPair(type: "RSA"))
  package static let rsaPSS = TestSigningKey("pss", .ps256, rsa.pair)
  package static let p256 = TestSigningKey("ec", .es256, KeyPair(type: "EC"))

  /// A key pair of Ed25519 from 32 bytes of the value `seed`.
  package static func ed25519(_ id: String, seed: UInt8) -> TestSigningKey {
    TestSigningKey(id, .edDSA, KeyPair(ed25519: [UInt8](repeating: seed, count: 32)))
  }

  /// The same key pair with another `kid`.
  package func named(_ id: String) -> TestSigningKey { TestSigningKey(id, algorithm, pair) }

  // MARK: JWK, RFC 7517 §4

  /// Names and JSON texts of the public key.
  package var members: [(String, String)] {
    let all: [(String, String)] =
      switch algorithm {
      case .rs256, .ps256:
        [
          ("kty", "RSA"), ("n", Self.base64(pair.number(OSSL_PKEY_PARAM_RSA_N))),
          ("e", Self.base64(pair.number(OSSL_PKEY_PARAM_RSA_E))),
        ]
      case .es256:
        // SEC 1 §2.3.3: 4, x and y.
        [
          ("kty", "EC"), ("crv", "P-256"),
          ("x", Self.base64(Array(pair.publicBytes.dropFirst().prefix(32)))),
          ("y", Self.base64(Array(pair.publicBytes.suffix(32)))),
        ]
      case .edDSA: [("kty", "OKP"), ("crv", "Ed25519"), ("x", Self.base64(pair.publicBytes))]
      }
    let names = [("kid", id), ("alg", algorithm.rawValue), ("use", "sig")]
    return (names + all).map { ($0, #""\#($1)""#) }
  }

  /// The JWK as a JSON text. A change has the name of a member, old or new, and its JSON text; `nil`
  /// removes it.
  package func jwk(_ changes: [String: String?] = [:]) -> String {
    TokenAttack.text(members, changes)
  }

  /// The signature of `input` in the form of RFC 7518 §3.
  package func signature(of input: String) -> [UInt8] {
    let options =
      algorithm == .ps256 ? [("rsa_padding_mode", "pss"), ("rsa_pss_saltlen", "digest")] : []
    let signature = pair.signature(
      of: Array(input.utf8), digest: algorithm == .edDSA ? nil : "SHA256", options: options)
    return algorithm == .es256 ? Self.raw(signature) : signature
  }

  private static func base64(_ bytes: [UInt8]) -> String { Base64.url.text(of: bytes) }

  /// RFC 7518 §3.4: r and s of a DER signature, 32 bytes each.
  private static func raw(_ der: [UInt8]) -> [UInt8] {
    let r = Array(der[4...].prefix(Int(der[3])))
    let s = Array(der[(6 + r.count)...])
    return [r, s].flatMap { number -> [UInt8] in
      let digits = number.drop { $0 == 0 }
      return [UInt8](repeating: 0, count: 32 - digits.count) + digits
    }
  }
}

/// The owner of an `EVP_PKEY` with a private key, which libcrypto never changes after its creation.
@safe private final class KeyPair: Sendable {
  nonisolated(unsafe) private let key: OpaquePointer

  init(ed25519 seed: [UInt8]) {
    unsafe key = unsafe Self.made(
      EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count))
  }

  init(type: String) {
    let context = unsafe Self.made(EVP_PKEY_CTX_new_from_name(nil, type, nil))
    defer { unsafe EVP_PKEY_CTX_free(context) }
    Self.check(unsafe EVP_PKEY_keygen_init(context))
    if type == "EC" { Self.check(unsafe EVP_PKEY_CTX_set_group_name(context, "P-256")) }
    var key: OpaquePointer?
    Self.check(unsafe EVP_PKEY_generate(context, &key))
    unsafe self.key = unsafe Self.made(key)
  }

  deinit { unsafe EVP_PKEY_free(key) }

  var publicBytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 128)
    var count = 0
    Self.check(
      unsafe EVP_PKEY_get_octet_string_param(
        key, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &count))
    return Array(bytes.prefix(count))
  }

  func number(_ name: String) -> [UInt8] {
    var number: OpaquePointer?
    Self.check(unsafe EVP_PKEY_get_bn_param(key, name, &number))
    defer { unsafe BN_free(number) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe BN_bn2bin(number, &bytes)
    return Array(bytes.prefix(Int(count)))
  }

  func signature(of input: [UInt8], digest: String?, options: [(String, String)]) -> [UInt8] {
    let context = unsafe Self.made(EVP_MD_CTX_new())
    defer { unsafe EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    Self.check(
      unsafe EVP_DigestSignInit_ex(context, &parameters, digest, nil, nil, key, nil))
    for (name, value) in options {
      Self.check(unsafe EVP_PKEY_CTX_ctrl_str(parameters, name, value))
    }
    var signature = [UInt8](repeating: 0, count: 1024)
    var count = signature.count
    Self.check(unsafe EVP_DigestSign(context, &signature, &count, input, input.count))
    return Array(signature.prefix(count))
  }

  private static func check(_ result: Int32) { precondition(result == 1, "libcrypto failed") }

  private static func made(_ pointer: OpaquePointer?) -> OpaquePointer {
    guard let pointer = unsafe pointer else { fatalError("libcrypto failed") }
    return unsafe pointer
  }
}
