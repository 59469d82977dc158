private import Support

/// The two encodings of an ECDSA signature over P-256.
enum ECDSASignature {
  /// r and s, 32 bytes each (RFC 7518 §3.4).
  static let length = 64

  /// The DER encoding of `raw` that libcrypto needs: `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279
  /// §2.2.3). It has at most 72 bytes, so each length is one byte (X.690 §8.1.3.4).
  /// - Precondition: `raw` has 64 bytes.
  static func der(_ raw: [UInt8]) -> [UInt8] {
    precondition(raw.count == length, "an ECDSA signature is not r and s")
    let numbers = integer(raw[..<32]) + integer(raw[32...])
    return [0x30, UInt8(numbers.count)] + numbers
  }

  /// r and s of the DER encoding that libcrypto writes. The inverse of `der`.
  /// - Precondition: `der` is one; never bytes that somebody sent.
  static func raw(_ der: [UInt8]) -> [UInt8] {
    let first = Int(der[3])
    let numbers = [der[4..<(4 + first)], der[(6 + first)...]]
    return numbers.flatMap { number in
      let digits = number.drop { $0 == 0 }
      return [UInt8](repeating: 0, count: length / 2 - digits.count) + digits
    }
  }

  /// X.690 §8.3: no unnecessary zero byte, and one before a set highest bit, or it is negative.
  private static func integer(_ number: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(number.drop { $0 == 0 })
    if bytes.first ?? 0x80 >= 0x80 { bytes.insert(0, at: 0) }
    return [0x02, UInt8(bytes.count)] + bytes
  }
}
