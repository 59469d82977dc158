/// Base64 in which bytes have one spelling and no other (RFC 4648 §3.5).
package struct Base64: Sendable {
  /// RFC 4648 §4
  package static let standard = Base64(lastTwo: "+/", isPadded: true)
  /// The same without padding, as a PHC string has it.
  static let unpadded = Base64(lastTwo: "+/", isPadded: false)
  /// RFC 4648 §5, without padding.
  static let url = Base64(lastTwo: "-_", isPadded: false)

  private let alphabet: [UInt8]
  private let isPadded: Bool

  private init(lastTwo: String, isPadded: Bool) {
    alphabet = Array(
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
    self.isPadded = isPadded
  }

  package func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var pending: UInt32 = 0
    var bits = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(pending >> bits & 0x3F)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(pending << (6 - bits) & 0x3F)]) }
    while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// `nil` where `text` is not exactly what `encode` gives for some bytes.
  func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var pending: UInt32 = 0
    var bits = 0
    for character in text where character != UInt8(ascii: "=") {
      guard let value = value(of: character) else { return nil }  // RFC 4648 §3.3
      pending = pending << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
      }
    }
    // Padding (§3.2), unused bits (§3.5) and a lone last character are told by the way back.
    return encode(bytes).utf8.elementsEqual(text) ? bytes : nil
  }

  private func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case alphabet[62]: 62
    case alphabet[63]: 63
    default: nil
    }
  }
}
