internal import CLibSSL
private import Support

/// Initializes libssl, once for the whole process.
enum LibSSL {
  /// Starts libssl without its configuration file and without its error texts.
  ///
  /// The configuration file can name a library that libssl loads into this process, or enable older
  /// versions of TLS. The variable `OPENSSL_CONF` chooses the file. The error texts are never
  /// printed. Only the first call has an effect.
  static func initialize() { _ = initialized }

  private static let initialized: Int32 = OPENSSL_init_ssl(
    UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_LOAD_SSL_STRINGS)
      | UInt64(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS), nil)
}
