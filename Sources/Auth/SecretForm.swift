private import Support

/// The form that every secret of the configuration must have (ATTACKS S19).
///
/// A quote or a space that a shell or an editor left around a secret would become a part of it. The
/// client sends the secret without it, and the reason of the failure is hard to find.
package enum SecretForm {
  package enum Fault: Error, Sendable, Equatable {
    case notUTF8, controlCharacter, surroundingWhiteSpace, surroundingQuotes
    /// The value begins with a setting's name and `=`, or a secret's file has such lines.
    case assignment, environmentFile

    package var problem: String {
      switch self {
      case .notUTF8: "is not UTF-8 text"
      case .controlCharacter: "has a control character, such as a line end"
      case .surroundingWhiteSpace: "begins or ends with white space"
      case .surroundingQuotes: "has quotes around it"
      case .assignment: "begins with NAME="
      case .environmentFile: "has NAME=VALUE lines"
      }
    }

    /// What the operator must do.
    package var remedy: String {
      switch self {
      case .notUTF8: "encode random bytes as text"
      case .controlCharacter, .surroundingWhiteSpace: "remove it"
      case .surroundingQuotes: "remove them"
      case .assignment: "write the value alone"
      case .environmentFile: "name the file with --env-file"
      }
    }
  }

  /// The text of a secret.
  /// - Throws: `Fault`, the first that applies.
  package static func text(of bytes: [UInt8]) throws(Fault) -> String {
    // An invalid byte must not become U+FFFD: different secrets would become the same text.
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last else { return text }
    if scalars.contains(where: { $0.properties.generalCategory == .control }) {
      throw .controlCharacter
    }
    if isSpace(first) || isSpace(last) { throw .surroundingWhiteSpace }
    if areQuotes(first, last), bytes.count > 1 { throw .surroundingQuotes }
    return text
  }

  /// Unicode white space, and characters without a width such as U+FEFF.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
  }

  static func areQuotes(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> Bool {
    switch (first, last) {
    case ("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}"):
      true
    default: false
    }
  }
}
