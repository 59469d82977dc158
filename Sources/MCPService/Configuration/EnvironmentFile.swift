private import Support

/// A `.env` file: `NAME=VALUE` lines, `#` comments, an optional `export`, optional quotes.
///
/// Between single quotes every byte is literal. Between double quotes `\n`, `\"` and `\\` are
/// escapes. Without quotes ` #` starts a comment. Nothing is expanded or run.
enum EnvironmentFile {
  struct Entry: Equatable {
    let name: String
    let value: [UInt8]
    /// Counted from 1.
    let line: Int
  }

  /// The numbers of the lines of another form, counted from 1.
  struct InvalidLines: Error { let numbers: [Int] }

  static func parse(_ lines: [ArraySlice<UInt8>]) throws(InvalidLines) -> [Entry] {
    var entries: [Entry] = []
    var invalid: [Int] = []
    for (index, line) in lines.enumerated() {
      var line = line.drop(while: ASCII.isSpace)
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      if line.starts(with: "export ".utf8) { line = line.dropFirst(7).drop(while: ASCII.isSpace) }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")), isName(line[..<equals]),
        let value = value(line[(equals + 1)...])
      else {
        invalid.append(index + 1)
        continue
      }
      entries.append(
        Entry(
          name: String(decoding: line[..<equals], as: UTF8.self), value: value, line: index + 1))
    }
    if !invalid.isEmpty { throw InvalidLines(numbers: invalid) }
    return entries
  }

  private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, !(0x30...0x39 ~= first) else { return false }
    return text.allSatisfy {
      0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_")
    }
  }

  /// `nil` if a quote is not closed, or if its end is followed by anything but a comment.
  private static func value(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let start = text.drop(while: ASCII.isSpace)
    guard let quote = start.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return Array(ASCII.trimmed(comment(in: text).map { text[..<$0] } ?? text))
    }
    var value: [UInt8] = []
    var rest = start.dropFirst()
    while let byte = rest.popFirst() {
      if byte == quote {
        let rest = rest.drop(while: ASCII.isSpace)
        return rest.isEmpty || rest.first == UInt8(ascii: "#") ? value : nil
      }
      guard quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") else {
        value.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
      case let escaped? where escaped == quote || escaped == byte: value.append(escaped)
      default: return nil
      }
    }
    return nil
  }

  private static func comment(in text: ArraySlice<UInt8>) -> Int? {
    text.indices.dropFirst().first { text[$0] == UInt8(ascii: "#") && ASCII.isSpace(text[$0 - 1]) }
  }
}
