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

  /// Whether both are the same, in constant time (CRYPTO_memcmp).
  package func isEqual(to other: SHA256Digest) -> Bool {
    unsafe CRYPTO_memcmp(bytes, other.bytes, bytes.count) == 0
  }
}
