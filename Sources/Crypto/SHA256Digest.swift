private import Support
internal import COpenSSL

/// The SHA-256 digest (FIPS 180-4) of a secret: 32 bytes, whatever the secret's length.
///
/// Secrets are stored and compared as digests only. The time of a comparison then shows neither the
/// bytes nor the length of the secret.
package struct SHA256Digest: Sendable {
  package let bytes: [UInt8]

  private static let length = Int(SHA256_DIGEST_LENGTH)

  package init(of message: some Collection<UInt8>) {
    let message = Array(message)
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.length) { digest, count in
      guard
        unsafe EVP_Digest(
          message, message.count, digest.baseAddress, nil, OpenSSL.sha256, nil) == 1
      else { fatalError("libcrypto failed at SHA-256") }
      count = Self.length
    }
  }

  /// A digest that was stored: 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = bytes
  }

  /// Parses 64 hexadecimal digits, in either case.
  package init?(hexadecimal: String) {
    let digits = hexadecimal.utf8.compactMap(ASCII.hexadecimal)
    guard hexadecimal.utf8.count == 2 * Self.length,
      digits.count == hexadecimal.utf8.count
    else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// 64 hexadecimal digits, in lower case.
  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The first 128 bits, as a key for dictionaries. Two secrets with the same key take about 2^64
  /// digests to find.
  package var firstHalf: UInt128 { bytes.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } }

  /// Whether both digests are equal, compared in constant time (CRYPTO_memcmp).
  package func isEqual(to other: SHA256Digest) -> Bool {
    unsafe CRYPTO_memcmp(bytes, other.bytes, bytes.count) == 0
  }
}
