internal import CLibSSL
private import Support

/// Reads PEM (RFC 7468). It never asks for a passphrase.
///
/// The caller must free the results.
enum PEM {
  /// The certificates of `text`, in its order; at least one.
  ///
  /// - Throws: `unreadableCertificate`.
  static func certificates(in text: [UInt8]) throws(TLSError) -> [OpaquePointer] {
    let input = unsafe BIO_new_mem_buf(text, Int32(clamping: text.count))
    defer { unsafe BIO_free(input) }
    var certificates: [OpaquePointer] = unsafe []
    ERR_clear_error()
    defer { ERR_clear_error() }
    while let certificate = unsafe PEM_read_bio_X509(input, nil, { _, _, _, _ in -1 }, nil) {
      unsafe certificates.append(certificate)
    }
    // The end of the text is an error too. Any other error means that a certificate was not read.
    let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
    guard isAtEnd, unsafe !certificates.isEmpty else {
      while let certificate = unsafe certificates.popLast() { unsafe X509_free(certificate) }
      throw .unreadableCertificate
    }
    return unsafe certificates
  }

  /// The first private key of `text`.
  ///
  /// - Throws: `encryptedKey`, `unreadableKey`.
  static func privateKey(in text: [UInt8]) throws(TLSError) -> OpaquePointer {
    let input = unsafe BIO_new_mem_buf(text, Int32(clamping: text.count))
    defer { unsafe BIO_free(input) }
    var isEncrypted = false
    ERR_clear_error()
    defer { ERR_clear_error() }
    let key = unsafe PEM_read_bio_PrivateKey(
      input, nil,
      { _, _, _, isEncrypted in
        unsafe isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
        return -1
      }, &isEncrypted)
    guard let key = unsafe key else { throw isEncrypted ? .encryptedKey : .unreadableKey }
    return unsafe key
  }
}
