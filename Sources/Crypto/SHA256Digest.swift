private import Support
internal import COpenSSL
private import Synchronization

/// The SHA-256 digest (FIPS 180-4) of a secret: 32 bytes, whatever the secret's length.
///
/// Secrets are stored and compared as digests only, so that a comparison takes the same time for
/// every input of one length and not even the length of the secret leaks.
package struct SHA256Digest: Sendable {
  package let bytes: [UInt8]

  /// A state that has seen nothing, and one to hash in: to have libcrypto look for its algorithm
  /// again and again takes longer than to hash a key.
  private struct States: ~Copyable {
    let fresh = HashState()
    let scratch = HashState()
  }

  private static let states = Mutex(States())

  package init(of message: some Collection<UInt8>) {
    let message = Array(message)
    bytes = Self.states.withLock { states in
      states.scratch.become(states.fresh)
      unsafe message.withUnsafeBufferPointer { unsafe states.scratch.update($0) }
      return unsafe [UInt8](unsafeUninitializedCapacity: HashState.length) { digest, count in
        unsafe states.scratch.finish(into: digest)
        count = HashState.length
      }
    }
  }

  /// Reads 64 hexadecimal digits, in either case.
  package init?(hexadecimal: String) {
    let digits = hexadecimal.utf8.compactMap(Self.value(ofDigit:))
    guard hexadecimal.utf8.count == 2 * HashState.length,
      digits.count == hexadecimal.utf8.count
    else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// 64 digits.
  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Enough to find it by: nobody makes two messages with the same one (2^64 digests, all kept).
  package var firstHalf: UInt128 { bytes.prefix(16).reduce(0) { $0 << 8 | UInt128($1) } }

  /// Whether both are the same, in constant time (CRYPTO_memcmp).
  package func isEqual(to other: SHA256Digest) -> Bool {
    unsafe CRYPTO_memcmp(bytes, other.bytes, bytes.count) == 0
  }
}
