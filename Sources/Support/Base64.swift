/// Base64 with exactly one valid encoding of the same bytes (RFC 4648 §3.5). Otherwise an attacker
/// could make a second valid token or password by changing the encoding of the first one.
package struct Base64: Sendable {
  /// The standard alphabet with padding (RFC 4648 §4).
  package static let standard = Base64(lastTwo: "+/", isPadded: true)
  /// The standard alphabet without padding, as in a PHC string.
  package static let unpadded = Base64(lastTwo: "+/", isPadded: false)
  /// The URL-safe alphabet without padding (RFC 7515 §2, RFC 4648 §5).
  package static let url = Base64(lastTwo: "-_", isPadded: false)

  private static let padding = UInt8(ascii: "=")

  private let alphabet: [UInt8]
  /// The value of each byte of the alphabet; 255 for every other byte.
  private let values: [UInt8]
  private let isPadded: Bool

  private init(lastTwo: String, isPadded: Bool) {
    alphabet = Array(
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
    var values = [UInt8](repeating: .max, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    self.values = values
    self.isPadded = isPadded
  }

  package func text(of bytes: [UInt8]) -> String {
    String(decoding: encode(bytes), as: UTF8.self)
  }

  package func encode(_ bytes: [UInt8]) -> [UInt8] {
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
    while isPadded, text.count % 4 != 0 { text.append(Self.padding) }
    return text
  }

  /// `nil` unless `text` is exactly what `encode` returns for some bytes.
  package func decode(_ text: [UInt8]) -> [UInt8]? { decode(text.span) }

  /// Decodes a part of a text without copying it. `nil` unless it is exactly what `encode` returns.
  package func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard isPadded else { return decodeUnpadded(text) }
    guard text.count % 4 == 0 else { return nil }  // RFC 4648 §3.2
    var end = text.count
    while end > max(0, text.count - 2), text[end - 1] == Self.padding { end -= 1 }
    return decodeUnpadded(text.extracting(first: end))
  }

  private func decodeUnpadded(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count % 4 != 1 else { return nil }  // 6 bits are less than a byte
    // Append: `Array(repeating:count:)` looks up its type at run time, which takes as long as
    // decoding a short text.
    var bytes: [UInt8] = []
    bytes.append(contentsOf: repeatElement(0, count: input.count * 3 / 4))
    var output = bytes.mutableSpan
    let values = values.span
    var outside: UInt8 = 0  // 64 or more after a character outside the alphabet
    var end = 0
    var start = 0
    while start + 4 <= input.count {  // four characters are three bytes
      // Unchecked access takes half the time. It is safe: the loop condition bounds `start`, the
      // output has three bytes for each four characters, and `values` has an entry for each byte.
      let a = unsafe values[unchecked: Int(input[unchecked: start])]
      let b = unsafe values[unchecked: Int(input[unchecked: start + 1])]
      let c = unsafe values[unchecked: Int(input[unchecked: start + 2])]
      let d = unsafe values[unchecked: Int(input[unchecked: start + 3])]
      outside |= a | b | c | d
      unsafe output[unchecked: end] = a << 2 | b >> 4
      unsafe output[unchecked: end + 1] = b << 4 | c >> 2
      unsafe output[unchecked: end + 2] = c << 6 | d
      start += 4
      end += 3
    }
    var pending: UInt32 = 0
    var bits = 0
    for index in start..<input.count {
      let value = values[Int(input[index])]
      outside |= value
      pending = pending << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        output[end] = UInt8(truncatingIfNeeded: pending >> bits)
        end += 1
      }
    }
    // RFC 4648 §3.3: refuse characters outside the alphabet, padding (§3.2) included.
    guard outside < 64 else { return nil }
    guard pending & (1 << bits - 1) == 0 else { return nil }  // RFC 4648 §3.5: unused bits are 0
    return bytes
  }
}
