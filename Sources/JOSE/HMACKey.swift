private import Support
internal import Crypto

/// A symmetric key that carries its algorithm: no header can choose another (RFC 8725 §3.1).
package struct HMACKey: Sendable {
  /// In bytes: as long as the hash (RFC 7518 §3.2).
  package static let minimumLength = HMACSHA256.length

  /// The `kid` of what it signs: the thumbprint of the key as a JWK (RFC 7638 §3.2).
  ///
  /// RFC 7638 §7: whoever sees it can try guesses of a weak secret, as with any signature.
  package let id: String
  package let algorithm = Algorithm.hs256

  private let mac: HMACSHA256

  /// - Throws: `HMACKeyError.empty`, always; `.tooShort` unless `allowingWeak`.
  package init(secret: [UInt8], allowingWeak: Bool = false) throws(HMACKeyError) {
    try self.init(
      secret: secret, id: Self.thumbprint(of: secret), allowingWeak: allowingWeak)
  }

  /// A key under a name that somebody else gave it.
  init(secret: [UInt8], id: String, allowingWeak: Bool = false) throws(HMACKeyError) {
    if secret.isEmpty { throw .empty }
    // RFC 7518 §3.2
    if secret.count < Self.minimumLength, !allowingWeak { throw .tooShort }
    self.id = id
    mac = HMACSHA256(key: secret)
  }

  /// RFC 7518 §3.2, 32 bytes.
  func signature(over input: ArraySlice<UInt8>) -> [UInt8] { mac.code(for: input) }

  /// In constant time (RFC 7518 §3.2).
  func isValid(_ signature: [UInt8], over input: ArraySlice<UInt8>) -> Bool {
    mac.isValid(signature, for: input)
  }

  /// RFC 7638 §3: SHA-256 over the required members (RFC 7518 §6.4) in lexical order.
  private static func thumbprint(of secret: [UInt8]) -> String {
    let k = Base64.url.text(of: secret)
    let digest = SHA256Digest(of: Array(#"{"k":"\#(k)","kty":"oct"}"#.utf8))
    return Base64.url.text(of: digest.bytes)
  }
}
