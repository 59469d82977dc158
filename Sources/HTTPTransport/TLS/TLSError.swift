private import Support

/// Why a certificate and a key cannot be used.
package enum TLSError: Error, Sendable, Equatable {
  /// Not a chain of certificates in PEM, or one that OpenSSL refuses.
  case unreadableCertificate
  /// No private key in PEM.
  case unreadableKey
  /// The key is encrypted with a passphrase, which the server cannot ask for.
  case encryptedKey
  /// The key does not belong to the first certificate.
  case keyMismatch
  /// A key or a signature of the chain has less than 112 bits of strength: RSA under 2,048 bits,
  /// SHA-1 (RFC 9325 §4.5).
  case weakCertificate
}
