internal import COpenSSL

/// The SHA-256 digest (FIPS 180-4) of a secret: 32 bytes, whatever the secret's length.
///
/// Secrets are stored and compared as digests only, so that a comparison takes the same time for
/// every input of one length and not even the length of the secret leaks.
package struct SHA256Digest: Sendable {
  package let bytes: [UInt8]

  package init(of message: some Collection<UInt8>) {
    OpenSSL.initialize()
    let message = Array(message)
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) {
      digest, count in
      unsafe message.withUnsafeBufferPointer { input in
        // With room for the digest given, SHA256 cannot fail short of a broken library.
        guard unsafe SHA256(input.baseAddress, input.count, digest.baseAddress) != nil else {
          fatalError("libcrypto has no SHA-256")
        }
      }
      count = Int(SHA256_DIGEST_LENGTH)
    }
  }

  /// Reads 64 hexadecimal digits, in either case.
  package init?(hexadecimal: String) {
    let digits = hexadecimal.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard hexadecimal.utf8.count == 2 * Int(SHA256_DIGEST_LENGTH),
      digits.count == hexadecimal.utf8.count
    else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  /// 64 digits.
  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Enough to find it by: nobody makes two messages with the same one (2^64 digests, all kept).
  package var firstHalf: UInt128 { bytes.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } }

  /// Whether both are the same, in constant time (CRYPTO_memcmp).
  package func isEqual(to other: SHA256Digest) -> Bool {
    unsafe CRYPTO_memcmp(bytes, other.bytes, bytes.count) == 0
  }
}
