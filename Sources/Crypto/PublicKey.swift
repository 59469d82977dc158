private import Support
internal import Synchronization

/// A public key that verifies the signatures of one scheme.
///
/// The scheme belongs to the key, so no token can choose another one (RFC 8725 §3.1). No function
/// returns the bytes of the key, so they cannot become the secret of an HMAC (RFC 8725 §2.1).
package final class PublicKey: Sendable {
  /// In bits. RFC 7518 §3.3 and §3.5 set the minimum. The maximum bounds the time of one check.
  package static let modulusSize = 2048...8192

  /// The encoding of a message before RSA (RFC 8017), with SHA-256.
  package enum RSAPadding: Sendable {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    case pkcs1
    /// RSASSA-PSS (RFC 8017 §8.1), with MGF1-SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).
    case pss
  }

  /// A context with the key and without a message. Each signature is verified in a copy of it.
  private let keyed: Mutex<VerificationContext>
  /// In bytes. Each scheme has one length for a key.
  private let signatureLength: Int
  private let isECDSA: Bool

  /// An RSA key (RFC 8017 §3.1).
  ///
  /// The exponent has at most 32 bits, as in BoringSSL and Go: a longer one only makes each check
  /// slower.
  /// - Parameter modulus: big-endian, without leading zero bytes.
  /// - Parameter exponent: big-endian, without leading zero bytes.
  /// - Throws: `PublicKeyError.leadingZero`, `.modulusSize`, `.evenModulus`, `.exponent`
  package init(modulus: [UInt8], exponent: [UInt8], padding: RSAPadding) throws(PublicKeyError) {
    // RFC 7518 §6.3.1.1, §2 (Base64urlUInt): a number has one encoding.
    if modulus.first == 0 || exponent.first == 0 { throw .leadingZero }
    let size = 8 * modulus.count - (modulus.first?.leadingZeroBitCount ?? 0)
    guard Self.modulusSize.contains(size) else { throw .modulusSize }  // RFC 7518 §3.3, §3.5
    guard modulus.last.map({ $0 & 1 }) == 1 else { throw .evenModulus }  // RFC 8017 §3.1
    // RFC 8017 §3.1: odd and at least 3. With 1, each message is its own signature.
    guard exponent.count <= 4, exponent.last.map({ $0 & 1 }) == 1, exponent != [1] else {
      throw .exponent
    }
    keyed = Mutex(try VerificationContext(modulus: modulus, exponent: exponent, padding: padding))
    signatureLength = modulus.count
    isECDSA = false
  }

  /// A point on P-256 (FIPS 186-5, SEC 1 §2.3.3) for ECDSA with SHA-256.
  /// - Parameter x: 32 bytes, big-endian.
  /// - Parameter y: 32 bytes, big-endian.
  /// - Throws: `PublicKeyError.coordinateLength`, `.notAKey` for a point that is not on the curve.
  package init(p256x x: [UInt8], y: [UInt8]) throws(PublicKeyError) {
    // RFC 7518 §6.2.1.2, §6.2.1.3: each has the full length, so bytes cannot move between them.
    guard x.count == 32, y.count == 32 else { throw .coordinateLength }
    keyed = Mutex(try VerificationContext(p256: [4] + x + y))  // SEC 1 §2.3.3: uncompressed
    signatureLength = ECDSASignature.length
    isECDSA = true
  }

  /// A key of Ed25519 (RFC 8032 §5.1.5).
  /// - Parameter key: 32 bytes.
  /// - Throws: `PublicKeyError.smallOrder`; `.notAKey` for another length.
  package init(ed25519 key: [UInt8]) throws(PublicKeyError) {
    // RFC 8725 §3.4, ATTACKS O66: anybody can make signatures that such a key verifies.
    guard !SmallOrderPoints.contains(key) else { throw .smallOrder }
    keyed = Mutex(try VerificationContext(ed25519: key))
    signatureLength = 64  // RFC 8032 §5.1.6 (6)
    isECDSA = false
  }

  /// Whether `signature` is a signature of `message` by the owner of this key.
  ///
  /// ECDSA signatures are the 64 bytes of r and s (RFC 7518 §3.4). A second valid signature of the
  /// same message can be computed from the first, so a signature identifies no message.
  package func isValid(_ signature: [UInt8], for message: ArraySlice<UInt8>) -> Bool {
    // RFC 8017 §8.1.2 (1), §8.2.2 (1), RFC 7518 §3.4, RFC 8032 §5.1.7 (1)
    guard signature.count == signatureLength else { return false }
    let encoded = isECDSA ? ECDSASignature.der(signature) : signature
    return keyed.withLock { $0.duplicate() }.isValid(encoded, for: message)
  }
}

/// Why numbers are not a public key.
package enum PublicKeyError: Error, Sendable, Equatable {
  /// The modulus or the exponent of RSA begins with a zero byte.
  case leadingZero
  /// The modulus has less than 2048 or more than 8192 bits.
  case modulusSize
  case evenModulus
  /// The exponent of RSA is even, under 3 or over 32 bits.
  case exponent
  /// A key of Ed25519 whose multiples are eight points or fewer.
  case smallOrder
  /// A coordinate of P-256 does not have 32 bytes.
  case coordinateLength
  /// libcrypto refuses the key: the point is not on the curve, or the length is wrong.
  case notAKey
}
