/// Base64 with the URL-safe alphabet and no padding (RFC 7515 §2, RFC 4648 §5).
///
/// Bytes have one spelling and no other, so that nobody makes a second token out of a first one.
enum Base64URL {
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    let alphabet = alphabet
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
    return text
  }

  /// `nil` where `text` is not exactly what `encode` gives for some bytes.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }  // six bits are no byte
    var bytes = [UInt8](repeating: 0, count: text.count * 3 / 4)
    var output = bytes.mutableSpan
    let input = text.span
    let values = values.span
    var outside: UInt8 = 0  // bits 6 and 7 rise with the first character outside the alphabet
    var end = 0
    var start = 0
    while start + 4 <= input.count {  // four characters are three bytes
      // Unchecked, to be faster: the condition above bounds `start`, there are three
      // bytes of room for each four characters, and a value for each of the 256 bytes.
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
    // RFC 4648 §3.3: whatever is outside the alphabet is refused, padding (§3.2) included.
    guard outside < 64 else { return nil }
    guard pending & (1 << bits - 1) == 0 else { return nil }  // RFC 4648 §3.5: unused bits are 0
    return bytes
  }

  /// RFC 4648 §5
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The place of each byte in the alphabet; 255 where it is not in there.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: .max, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()
}
