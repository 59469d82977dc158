private import Support

/// Why a certificate and a key cannot serve.
package enum TLSError: Error, Sendable, Equatable {
  /// No chain of certificates in PEM, or one that OpenSSL refuses.
  case unreadableCertificate
  /// No private key in PEM.
  case unreadableKey
  /// The key is under a passphrase, which nobody could type here.
  case encryptedKey
  /// The key is not the first certificate's.
  case keyMismatch
  /// A key or a signature of the chain has less than 112 bits of strength: RSA under 2,048 bits,
  /// SHA-1 (RFC 9325 §4.5).
  case weakCertificate
}
