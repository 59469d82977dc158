private import Support

/// Percent-encoding (RFC 3986 §2.1).
package enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)
  private static let percent = UInt8(ascii: "%")

  static func append(_ byte: UInt8, to output: inout [UInt8]) {
    output += [percent, digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
  }

  /// - Parameter space: the byte that stands for a space: `+` in a form, none in a path.
  /// - Returns: `nil` if a `%` is not followed by two hexadecimal digits.
  static func decode(_ text: ArraySlice<UInt8>, space: UInt8? = nil) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      if byte == space {
        bytes.append(ASCII.space)
      } else if byte == percent {
        // RFC 3986 §2.1: both digits are required.
        guard text.endIndex - index >= 2, let high = ASCII.hexadecimal(text[index]),
          let low = ASCII.hexadecimal(text[index + 1])
        else { return nil }
        bytes.append(high << 4 | low)
        index += 2
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  /// Whether a path has a `.` or `..` segment, whose dots and slashes may be percent-encoded, or has
  /// invalid percent-encoding. Programs resolve such paths differently (RFC 3986 §5.2.4).
  /// - Parameter path: may be followed by a query.
  package static func hasDotSegment(_ path: ArraySlice<UInt8>) -> Bool {
    guard let bytes = decode(path.prefix { $0 != UInt8(ascii: "?") }) else { return true }
    return bytes.split(omittingEmptySubsequences: true) {
      $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\")
    }.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
  }
}
