private import Support
private import Synchronization

/// A private key of P-256 that signs with ECDSA and SHA-256 (FIPS 186-5 §6.4).
///
/// Only `der` returns its bytes.
package final class SigningKey: Sendable {
  private let key: Mutex<ECKey>
  /// The coordinates of the public key, 32 bytes each, big-endian.
  package let x: [UInt8]
  package let y: [UInt8]

  /// A new key.
  package convenience init() { self.init(ECKey()) }

  /// A key that was made before.
  /// - Parameter der: its `der`.
  /// - Throws: `SigningKeyError` for all other bytes, also for a key of another type or curve.
  package convenience init(der: [UInt8]) throws(SigningKeyError) {
    guard let key = ECKey(der: der) else { throw SigningKeyError() }
    self.init(key)
  }

  private init(_ key: consuming sending ECKey) {
    let point = key.point
    x = Array(point[1..<33])
    y = Array(point[33...])
    self.key = Mutex(key)
  }

  /// The key as DER of an `ECPrivateKey` (RFC 5915 §3). It is a secret.
  package var der: [UInt8] { key.withLock { $0.der } }

  /// The signature of `message`: r and s, 64 bytes (RFC 7518 §3.4). Each call returns another one.
  package func signature(of message: ArraySlice<UInt8>) -> [UInt8] {
    ECDSASignature.raw(key.withLock { $0.sign(message) })
  }
}

/// The bytes are not a private key of P-256 together with its public key.
package struct SigningKeyError: Error, Sendable, Equatable {}
