private import Support
internal import COpenSSL

/// The library as a whole.
enum OpenSSL {
  /// Starts libcrypto without its configuration file, which `OPENSSL_CONF` could point to a
  /// library to load into this process, and without its texts of errors, which nobody would see.
  ///
  /// Only the first call counts; the later ones cost a load of an atomic.
  static func initialize() { _ = initialized }

  private static let initialized: Int32 = OPENSSL_init_crypto(
    UInt64(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil)
}
