internal import CCurl
private import Crypto
private import Support

/// Initializes libcurl, once for the whole process.
enum LibCurl {
  /// Starts libcurl. Only the first call has an effect.
  static func initialize() { _ = initialized }

  private static let initialized: CURLcode = {
    // ATTACKS O50: libcurl starts libcrypto with the file that OPENSSL_CONF names, unless libcrypto
    // was started before.
    OpenSSL.initialize()
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
  }()

  /// Whether an own CA file replaces the certificates of the system. The libcurl of macOS trusts
  /// both.
  static let trustsOnlyTheCAFile: Bool = {
    guard let library = unsafe ccurl_tls_library() else { return false }
    return isOpenSSL(unsafe String(cString: library))
  }()

  static func isOpenSSL(_ library: String) -> Bool { library.hasBytes(atStart: "OpenSSL/") }
}
