internal import COpenSSL
private import Support

/// A file of certificates that a server or a client trusts.
package enum CertificateFile {
  /// Whether the file has at least one certificate in PEM (RFC 7468 §5), which may stand behind
  /// other blocks.
  package static func hasCertificate(_ path: String) -> Bool {
    OpenSSL.initialize()  // ATTACKS O50
    defer { ERR_clear_error() }
    guard let input = unsafe BIO_new_file(path, "r") else { return false }
    defer { unsafe BIO_free(input) }
    // It never asks for a passphrase.
    let first = unsafe PEM_read_bio_X509_AUX(input, nil, { _, _, _, _ in -1 }, nil)
    defer { unsafe X509_free(first) }
    return unsafe first != nil
  }
}
