private import Support
private import Auth

/// A setting whose value is read from text.
package struct Setting<Value: Sendable>: Sendable {
  package let declaration: SettingDeclaration
  let fallback: Value
  /// It throws, since `nil` is a value of some settings.
  private let parse: @Sendable (String) throws(Malformed) -> Value

  package var name: String { declaration.name }

  init(
    _ name: String, _ kind: SettingDeclaration.Kind, default fallback: Value,
    _ written: SettingDeclaration.Default, _ reload: SettingDeclaration.ReloadRule,
    example: String? = nil, _ sentence: String,
    parse: @escaping @Sendable (String) throws(Malformed) -> Value
  ) {
    declaration = SettingDeclaration(
      name: name, kind: kind, fallback: written, reload: reload, example: example,
      sentence: sentence)
    self.fallback = fallback
    self.parse = parse
  }

  /// - Throws: an error if the text is not of the setting's form. A mistyped value is never the
  ///   default (ASVS 16.5.3).
  package func value(of text: String) throws(ConfigurationError) -> Value {
    do throws(Malformed) {
      return try parse(text)
    } catch {
      throw .invalidValue(of: declaration)
    }
  }
}

/// A text that is not of the form of its setting.
struct Malformed: Error {
  /// - Throws: `Malformed` for `nil`.
  static func unless<Value>(_ value: Value?) throws(Malformed) -> Value {
    guard let value else { throw Malformed() }
    return value
  }

  fileprivate static func unless(_ text: String, isIn range: ClosedRange<Int>) throws(Malformed)
    -> Int
  {
    guard let value = ASCII.decimal(Array(text.utf8)[...], maximum: range.upperBound),
      range ~= value
    else { throw Malformed() }
    return value
  }
}

extension Setting where Value == Bool {
  static func flag(
    _ name: String, default fallback: Bool, _ reload: SettingDeclaration.ReloadRule,
    _ sentence: String
  ) -> Setting {
    Setting(name, .flag, default: fallback, .value("\(fallback)"), reload, sentence) {
      text throws(Malformed) in
      switch text {
      case "true": true
      case "false": false
      default: throw Malformed()
      }
    }
  }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable {
  static func choice(
    _ name: String, default fallback: Value, _ reload: SettingDeclaration.ReloadRule,
    _ sentence: String
  ) -> Setting {
    Setting(
      name, .choice(Value.allCases.map(\.rawValue)), default: fallback, .value(fallback.rawValue),
      reload, sentence,
      parse: { text throws(Malformed) in try Malformed.unless(Value(rawValue: text)) })
  }
}

extension Setting {
  /// A choice without a default.
  static func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ reload: SettingDeclaration.ReloadRule, example: Choice, _ sentence: String
  ) -> Setting where Value == Choice? {
    Setting(
      name, .choice(Choice.allCases.map(\.rawValue)), default: nil, .none, reload,
      example: example.rawValue, sentence,
      parse: { text throws(Malformed) in try Malformed.unless(Choice(rawValue: text)) })
  }
}

extension Setting where Value == Int? {
  /// - Parameter described: the default, which is computed elsewhere.
  static func number(
    _ name: String, in range: ClosedRange<Int>, describedDefault: String, example: String,
    _ reload: SettingDeclaration.ReloadRule, _ sentence: String
  ) -> Setting {
    Setting(
      name, .number(range), default: nil, .words(describedDefault), reload, example: example,
      sentence, parse: { text throws(Malformed) in try Malformed.unless(text, isIn: range) })
  }
}

extension Setting where Value == Int {
  static func number(
    _ name: String, in range: ClosedRange<Int>, default fallback: Int,
    _ reload: SettingDeclaration.ReloadRule, _ sentence: String
  ) -> Setting {
    Setting(
      name, .number(range), default: fallback, .value("\(fallback)"), reload, sentence,
      parse: { text throws(Malformed) in try Malformed.unless(text, isIn: range) })
  }
}

extension Setting where Value == Duration {
  static func duration(
    _ name: String, from: TimeSpan, to: TimeSpan, default fallback: TimeSpan,
    _ reload: SettingDeclaration.ReloadRule, _ sentence: String
  ) -> Setting {
    Setting(
      name, .duration(from: from, to: to), default: fallback.duration, .value(fallback.text),
      reload, sentence
    ) { text throws(Malformed) in
      let value = try Malformed.unless(TimeSpan(text)).duration
      guard from.duration...to.duration ~= value else { throw Malformed() }
      return value
    }
  }
}

extension Setting where Value == [String] {
  /// The caller checks the items: see `EnvironmentReader.list`.
  /// - Parameter described: the default, which the caller puts in place of an empty list.
  static func list(
    _ name: String, of items: String, describedDefault described: String? = nil,
    _ reload: SettingDeclaration.ReloadRule, example: String, _ sentence: String
  ) -> Setting {
    Setting(
      name, .list(of: items), default: [], described.map { .words($0) } ?? .none, reload,
      example: example, sentence
    ) { text throws(Malformed) in
      text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { part in
        var part = part.drop { $0 == UInt8(ascii: " ") }
        while part.last == UInt8(ascii: " ") { part.removeLast() }
        return String(decoding: part, as: UTF8.self)
      }
    }
  }
}

extension Setting where Value == String {
  /// One of some words that are not the cases of a type.
  static func word(
    _ name: String, of words: [String], default fallback: String,
    _ reload: SettingDeclaration.ReloadRule, _ sentence: String
  ) -> Setting {
    Setting(name, .choice(words), default: fallback, .value(fallback), reload, sentence) {
      text throws(Malformed) in
      try Malformed.unless(words.first { $0.utf8.elementsEqual(text.utf8) })
    }
  }

  /// Any text but an empty one.
  static func anyText(
    _ name: String, _ form: String, default fallback: String,
    _ reload: SettingDeclaration.ReloadRule, _ sentence: String
  ) -> Setting {
    Setting(name, .text(form), default: fallback, .value(fallback), reload, sentence) {
      text throws(Malformed) in try Malformed.unless(text.isEmpty ? nil : text)
    }
  }
}

extension Setting where Value == String? {
  /// One of some words that are not the cases of a type.
  /// - Parameter described: the default, which is computed elsewhere.
  static func optionalWord(
    _ name: String, of words: [String], describedDefault described: String,
    _ reload: SettingDeclaration.ReloadRule, example: String, _ sentence: String
  ) -> Setting {
    Setting(
      name, .choice(words), default: nil, .words(described), reload, example: example, sentence
    ) { text throws(Malformed) in
      try Malformed.unless(words.first { $0.utf8.elementsEqual(text.utf8) })
    }
  }

  /// The caller checks the text: see `EnvironmentReader.optional`.
  static func text(
    _ name: String, _ form: String, _ reload: SettingDeclaration.ReloadRule, example: String,
    _ sentence: String
  ) -> Setting {
    Setting(
      name, .text(form), default: nil, .none, reload, example: example, sentence, parse: { $0 })
  }
}

/// A setting that holds a secret, or whose `_FILE` variable names a file with the secret.
package struct SecretSetting: Sendable {
  package let declaration: SettingDeclaration
  package var name: String { declaration.name }

  init(
    _ name: String, _ reload: SettingDeclaration.ReloadRule,
    example: String = "replace-with-the-output-of-openssl-rand-hex-32", _ sentence: String
  ) {
    declaration = SettingDeclaration(
      name: name, kind: .secret, fallback: .none, reload: reload, example: example,
      sentence: sentence)
  }
}

/// A setting that names a file.
package struct FileSetting: Sendable {
  package let declaration: SettingDeclaration
  let kind: FileKind
  package var name: String { declaration.name }

  init(
    _ name: String, _ kind: FileKind, _ reload: SettingDeclaration.ReloadRule, example: String,
    _ sentence: String
  ) {
    declaration = SettingDeclaration(
      name: name, kind: .file(kind), fallback: .none, reload: reload, example: example,
      sentence: sentence)
    self.kind = kind
  }
}
