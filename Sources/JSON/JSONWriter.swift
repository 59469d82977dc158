private import Support

extension JSONValue {
  /// The characters that are written as `\u` escapes, beyond those that RFC 8259 §7 demands.
  package enum Escaping: Sendable {
    /// Only quote, backslash and U+0000 to U+001F.
    case minimal
    /// Also every character that is not printable ASCII, so that no terminal or log viewer
    /// interprets it.
    case nonASCII
  }

  /// The shortest text of this value, on one line.
  package func serialized(escaping: Escaping = .minimal) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(512)  // enough for most messages and log lines
    write(to: &output, escaping: escaping)
    return output
  }

  /// Appends the shortest text of this value to `output`.
  package func write(to output: inout [UInt8], escaping: Escaping = .minimal) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(true): output.append(contentsOf: "true".utf8)
    case .bool(false): output.append(contentsOf: "false".utf8)
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let text): Self.write(text, to: &output, escaping: escaping)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(to: &output, escaping: escaping)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.name, to: &output, escaping: escaping)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output, escaping: escaping)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to output: inout [UInt8], escaping: Escaping) {
    output.append(UInt8(ascii: "\""))
    let start = output.count
    output.append(contentsOf: text.utf8)
    if output[start...].allSatisfy({ isPlain($0, escaping) }) {  // true for nearly every string
      output.append(UInt8(ascii: "\""))
      return
    }
    output.removeSubrange(start...)
    if escaping == .minimal {
      for byte in text.utf8 { write(byte, to: &output) }
    } else {
      for unit in text.utf16 {
        if unit < 0x7F { write(UInt8(unit), to: &output) } else { escape(unit, to: &output) }
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Whether `byte` needs no escape in a string.
  private static func isPlain(_ byte: UInt8, _ escaping: Escaping) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      && (byte < 0x7F || escaping == .minimal)
  }

  private static func write(_ byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    case 0x00..<0x20: escape(UInt16(byte), to: &output)
    default: output.append(byte)
    }
  }

  private static func escape(_ unit: UInt16, to output: inout [UInt8]) {
    output.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] {
      let digit = UInt8(unit >> shift & 0xF)
      output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
