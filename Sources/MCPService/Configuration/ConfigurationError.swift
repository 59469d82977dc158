private import Support

/// One error in the configuration, and its fix. No part repeats the value of a secret.
package struct ConfigurationError: Error, Sendable, Equatable {
  /// The variable or the option.
  package let variable: String
  /// What is wrong.
  package let problem: String
  /// What fixes it.
  package let remedy: String

  /// `EX_CONFIG` of sysexits.h.
  package static let exitStatus: Int32 = 78

  /// A control character in any part becomes `?`: a path must not add a line to the output or send
  /// an escape sequence to the terminal.
  package init(_ variable: String, _ problem: String, fix remedy: String) {
    self.variable = Self.printable(variable)
    self.problem = Self.printable(problem)
    self.remedy = Self.printable(remedy)
  }

  /// One line.
  package var description: String { "\(variable): \(problem); \(remedy)" }

  /// A path between single quotes, so that the command of a remedy can be pasted into a shell.
  static func quoted(_ path: String) -> String {
    let bytes = path.utf8.map { $0 == UInt8(ascii: "'") ? UInt8(ascii: "?") : $0 }
    return "'\(String(decoding: bytes, as: UTF8.self))'"
  }

  private static func printable(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return String(scalars)
  }
}

/// All errors of a configuration; at least one.
package struct ConfigurationErrors: Error, Sendable {
  package let all: [ConfigurationError]

  package init(all: [ConfigurationError]) { self.all = all }
}
