/// A `.env` file: `NAME=VALUE` lines, `#` comments, an optional `export`, optional quotes.
///
/// In single quotes all is literal; in double quotes `\n`, `\"` and `\\` are escapes; without
/// quotes a ` #` starts a comment. Nothing is expanded and nothing is run.
enum EnvironmentFile {
  /// - Throws: the number of the first line that is none of these, counted from 1.
  static func parse(_ lines: [Substring]) throws(InvalidLine) -> [String: String] {
    var values: [String: String] = [:]
    for (index, line) in lines.enumerated() {
      var line = line.drop(while: \.isWhitespace)
      if line.isEmpty || line.first == "#" { continue }
      if line.hasPrefix("export ") { line = line.dropFirst(7).drop(while: \.isWhitespace) }
      guard let equals = line.firstIndex(of: "="), isName(line[..<equals]),
        let value = value(line[line.index(after: equals)...])
      else { throw InvalidLine(number: index + 1) }
      values[String(line[..<equals])] = value
    }
    return values
  }

  struct InvalidLine: Error { let number: Int }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39 ~= first) else { return false }
    return text.utf8.allSatisfy {
      0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_")
    }
  }

  /// `nil` where a quote is not closed or something follows it that is no comment.
  private static func value(_ text: Substring) -> String? {
    let start = text.drop(while: \.isWhitespace)
    guard let quote = start.first, quote == "'" || quote == "\"" else {
      return trimmed(comment(in: text).map { text[..<$0] } ?? text)
    }
    var value = ""
    var rest = start.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        let rest = rest.drop(while: \.isWhitespace)
        return rest.isEmpty || rest.first == "#" ? value : nil
      }
      guard quote == "\"", character == "\\" else {
        value.append(character)
        continue
      }
      switch rest.popFirst() {
      case "n": value.append("\n")
      case let escaped? where escaped == "\"" || escaped == "\\": value.append(escaped)
      default: return nil
      }
    }
    return nil
  }

  private static func comment(in text: Substring) -> Substring.Index? {
    text.indices.first { index in
      text[index] == "#" && index > text.startIndex && text[text.index(before: index)].isWhitespace
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
