private import Support

extension Settings {
  /// The settings as `--help` lists them, in lines of at most 79 columns: the parser of the
  /// command line wraps lines of 80.
  package var help: String {
    let heading =
      all.contains(where: \.isSecret)
      ? "ENVIRONMENT (NAME[_FILE]: NAME_FILE may name a file whose first line is the\nvalue):"
      : "ENVIRONMENT:"
    return heading + "\n" + all.flatMap(\.helpLines).joined(separator: "\n")
  }
}

extension SettingDeclaration {
  private static let (indent, nameWidth, width) = (2, 31, 79)

  fileprivate var helpLines: [String] {
    let label = name + (isSecret ? "[_FILE]" : "")
    let column = String(repeating: " ", count: Self.indent + Self.nameWidth)
    let lines = Self.wrap(helpText, at: Self.width - column.utf8.count).map { column + $0 }
    let start = String(repeating: " ", count: Self.indent) + label
    guard label.utf8.count < Self.nameWidth, let first = lines.first else { return [start] + lines }
    let rest = first.utf8.dropFirst(start.utf8.count)
    return [start + String(decoding: rest, as: UTF8.self)] + lines.dropFirst()
  }

  /// The sentence, then the form and the default where they say more.
  private var helpText: String {
    let meaning = sentence.utf8.filter { $0 != UInt8(ascii: "`") }
    let hasForm =
      switch kind {
      case .flag, .secret: false
      default: true
      }
    let parts = [
      hasForm ? form : nil,
      fallbackText.map { "default: \($0)" },
    ].compactMap(\.self)
    let end = parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
    return String(decoding: meaning, as: UTF8.self) + end
  }

  private var fallbackText: String? {
    switch fallback {
    case .none: nil
    case .needed: "none, needed"
    case .value(let text): text
    case .words(let text):
      String(decoding: text.utf8.filter { $0 != UInt8(ascii: "`") }, as: UTF8.self)
    }
  }

  /// Lines of at most `width` bytes; a longer word has a line of its own.
  package static func wrap(_ text: String, at width: Int) -> [String] {
    var lines: [String] = []
    for word in text.utf8.split(separator: UInt8(ascii: " ")) {
      let word = String(decoding: word, as: UTF8.self)
      if let line = lines.last, line.utf8.count + 1 + word.utf8.count <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines
  }
}
