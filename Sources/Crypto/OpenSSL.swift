private import Support
internal import COpenSSL

/// Initializes libcrypto, once for the whole process.
package enum OpenSSL {
  /// Starts libcrypto without its configuration file and without its error texts.
  ///
  /// The configuration file can name a library that libcrypto loads into this process, and the
  /// variable `OPENSSL_CONF` chooses the file. The error texts are never printed.
  /// Only the first call has an effect.
  package static func initialize() { _ = initialized }

  private static let initialized: Int32 = OPENSSL_init_crypto(
    UInt64(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil)

  /// SHA-256, fetched once: a fetch takes longer than hashing a key.
  ///
  /// libcrypto never changes a fetched algorithm, so every thread may use it (openssl-threads(7)).
  nonisolated(unsafe) static let sha256: OpaquePointer = {
    initialize()
    guard let algorithm = unsafe EVP_MD_fetch(nil, OSSL_DIGEST_NAME_SHA2_256, nil) else {
      fatalError("libcrypto has no SHA-256")
    }
    return unsafe algorithm
  }()
}
