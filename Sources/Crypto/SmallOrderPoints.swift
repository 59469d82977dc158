private import Support

/// The points of Ed25519 of order 1, 2, 4 and 8. A signature that such a key verifies needs no private
/// key: it says nothing about who made it.
///
/// libcrypto accepts them, as RFC 8032 §5.1.7 does. The values are those of libsodium
/// (`ge25519_has_small_order`), with 0 to p + 1 also in the encodings that are not canonical.
enum SmallOrderPoints {
  static func contains(_ key: [UInt8]) -> Bool {
    // The highest bit is the sign of x (RFC 8032 §5.1.2). Both signs have the same order.
    guard let last = key.last else { return false }
    let y = key.dropLast() + [last & 0x7F]
    return all.contains { $0.elementsEqual(y) }
  }

  /// The coordinates y, little-endian.
  private static let all: [[UInt8]] = [
    y(first: 0x00, rest: 0x00, last: 0x00),  // 0, of order 4
    y(first: 0x01, rest: 0x00, last: 0x00),  // 1, of order 1
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98,
      0xF0,
      0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC,
      0x05,
    ],  // of order 8
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67,
      0x0F,
      0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03,
      0x7A,
    ],  // of order 8
    y(first: 0xEC, rest: 0xFF, last: 0x7F),  // p - 1, of order 2
    y(first: 0xED, rest: 0xFF, last: 0x7F),  // p, which is 0
    y(first: 0xEE, rest: 0xFF, last: 0x7F),  // p + 1, which is 1
  ]

  private static func y(first: UInt8, rest: UInt8, last: UInt8) -> [UInt8] {
    [first] + [UInt8](repeating: rest, count: 30) + [last]
  }
}
