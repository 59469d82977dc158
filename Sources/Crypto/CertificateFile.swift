internal import COpenSSL
private import Support

/// A file of certificates that a server or a client trusts.
package enum CertificateFile {
  /// Whether the file has at least one certificate in PEM (RFC 7468 §5), which may stand behind
  /// other blocks.
  package static func hasCertificate(_ path: String) -> Bool {
    OpenSSL.initialize()  // ATTACKS O50
    defer { ERR_clear_error() }
    guard let store = unsafe X509_STORE_new() else { return false }
    defer { unsafe X509_STORE_free(store) }
    return unsafe X509_STORE_load_file(store, path) == 1
  }
}
