private import Support

/// Everything about one setting that does not depend on the type of its value. The reader, `--help`,
/// the reference page, `.env.example`, SIGHUP and the check of unknown names use it.
package struct SettingDeclaration: Sendable {
  package enum Kind: Sendable {
    case flag
    case choice([String])
    case number(ClosedRange<Int>)
    case duration(from: TimeSpan, to: TimeSpan)
    /// Items with commas between them; the text describes them.
    case list(of: String)
    /// The text describes the form.
    case text(String)
    case secret
    case file(FileKind)
  }

  package enum Default: Sendable, Equatable {
    case none
    /// The server does not start without a value.
    case needed
    case value(String)
    /// A description of a value that is computed.
    case words(String)
  }

  /// How SIGHUP treats a new value. It never opens access (ATTACKS G1).
  ///
  /// A setting that was removed keeps its old value: a default may allow more, and a file may have
  /// lost lines (ATTACKS G3). The two rules that say so are the exceptions.
  package enum ReloadRule: String, Sendable {
    /// A new value applies.
    case applies
    /// A credential: a new value applies, and so does its removal, which revokes it.
    case appliesAndRevokes
    /// The old value stays until a restart.
    case needsRestart
    /// The default applies, also by removal; any other value would open access.
    case appliesIfDefault
    /// A new value applies. More is allowed without the setting, so an empty value is an error.
    case appliesUnlessRemoved
    /// A new value applies; the setting can be neither added nor removed.
    case appliesUnlessSwitched
  }

  /// The name of the variable.
  package let name: String
  package let kind: Kind
  package private(set) var fallback: Default
  package let reload: ReloadRule
  /// A value for the messages and for `.env.example`.
  package let example: String?
  /// One sentence for people, with code between backquotes.
  package private(set) var sentence: String

  /// The same setting in a server where its meaning differs.
  func meaning(_ sentence: String, isNeeded: Bool = false) -> SettingDeclaration {
    var copy = self
    copy.sentence = sentence
    if isNeeded { copy.fallback = .needed }
    return copy
  }

  package var isSecret: Bool { if case .secret = kind { true } else { false } }

  /// The variable that names a file with the secret.
  package var fileVariable: String? { isSecret ? "\(name)_FILE" : nil }

  /// `X`, and for a secret also `X_FILE`.
  package var variables: [String] { [name] + (fileVariable.map { [$0] } ?? []) }

  /// Which values the setting may have.
  package var form: String {
    switch kind {
    case .flag: "true or false"
    case .choice(let words):
      words.dropLast().joined(separator: ", ") + (words.last.map { " or \($0)" } ?? "")
    case .number(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .duration(let from, let to):
      "a number with s, m, h or d behind it, from \(from.text) to \(to.text)"
    case .list(let items): "\(items), with commas between them" + suffix
    case .text(let form): form + suffix
    case .secret: "a secret"
    case .file(let kind): kind.form
    }
  }

  private var suffix: String { example.map { ", such as \($0)" } ?? "" }

  /// Whether the server allows more without this setting; then an empty value is an error.
  var absenceOpensAccess: Bool { reload == .appliesUnlessRemoved }

  /// Whether SIGHUP may replace the values of the setting's variables.
  func mayChange(from old: [[UInt8]?], to new: [[UInt8]?]) -> Bool {
    func isSet(_ values: [[UInt8]?]) -> Bool { values.contains { $0 != nil } }
    if isSet(old), !isSet(new) {  // ATTACKS G3
      return reload == .appliesAndRevokes || reload == .appliesIfDefault
    }
    return switch reload {
    case .applies, .appliesAndRevokes, .appliesUnlessRemoved: true
    case .needsRestart: false
    case .appliesIfDefault:
      new.allSatisfy { value in
        value.map { fallback == .value(String(decoding: $0, as: UTF8.self)) } ?? true
      }
    case .appliesUnlessSwitched: isSet(old)
    }
  }
}
