private import Support
internal import Crypto

/// A symmetric key with its algorithm, so that no header can choose another (RFC 8725 §3.1).
package struct HMACKey: Sendable {
  /// In bytes: the length of the hash (RFC 7518 §3.2).
  package static let minimumLength = HMACSHA256.length

  /// The `kid` of the tokens that it signs: the thumbprint of the key as a JWK (RFC 7638 §3.2).
  ///
  /// An attacker can test guesses of a weak secret against its thumbprint (RFC 7638 §7). A signed
  /// token allows the same, so the thumbprint reveals nothing more.
  package let id: String
  package let algorithm = Algorithm.hs256

  private let mac: HMACSHA256

  /// - Parameter allowingWeak: whether a secret may be shorter than 32 bytes.
  /// - Throws: `HMACKeyError.empty`, `.tooShort`
  package init(secret: [UInt8], allowingWeak: Bool = false) throws(HMACKeyError) {
    try self.init(
      secret: secret, id: Self.thumbprint(of: secret), allowingWeak: allowingWeak)
  }

  /// A key whose `id` is not its thumbprint.
  init(secret: [UInt8], id: String, allowingWeak: Bool = false) throws(HMACKeyError) {
    if secret.isEmpty { throw .empty }
    // RFC 7518 §3.2
    if secret.count < Self.minimumLength, !allowingWeak { throw .tooShort }
    self.id = id
    mac = HMACSHA256(key: secret)
  }

  /// The signature of `input`, 32 bytes (RFC 7518 §3.2).
  func signature(over input: ArraySlice<UInt8>) -> [UInt8] { mac.code(for: input) }

  /// Whether `signature` is the complete signature of `input`, compared in constant time (RFC 7518
  /// §3.2).
  package func isValid(_ signature: [UInt8], over input: ArraySlice<UInt8>) -> Bool {
    mac.isValid(signature, for: input)
  }

  /// RFC 7638 §3: SHA-256 over the required members (RFC 7518 §6.4) in lexical order.
  private static func thumbprint(of secret: [UInt8]) -> String {
    let k = Base64.url.text(of: secret)
    let digest = SHA256Digest(of: Array(#"{"k":"\#(k)","kty":"oct"}"#.utf8))
    return Base64.url.text(of: digest.bytes)
  }
}

/// Why a secret cannot be a key.
package enum HMACKeyError: Error, Sendable, Equatable {
  case empty
  /// Under 32 bytes (RFC 7518 §3.2).
  case tooShort
}
