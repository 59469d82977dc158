internal import CLibSSL
private import Support

/// The library as a whole.
enum LibSSL {
  /// Starts libssl without its configuration file, which `OPENSSL_CONF` could point to a library
  /// to load into this process or to older versions of TLS, and without its texts of errors.
  ///
  /// Only the first call counts.
  static func initialize() { _ = initialized }

  private static let initialized: Int32 = OPENSSL_init_ssl(
    UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_LOAD_SSL_STRINGS)
      | UInt64(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil)
}
