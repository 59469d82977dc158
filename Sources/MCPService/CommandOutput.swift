private import Support

/// The output of a command of the terminal, and its exit status.
package struct CommandOutput: Equatable, Sendable {
  package var text: String
  package var errors: String
  package var status: Int32

  package init(text: String = "", errors: String = "", status: Int32 = 0) {
    (self.text, self.errors, self.status) = (text, errors, status)
  }

  /// `EX_USAGE` of sysexits.h.
  package static func usage(_ sentence: String) -> Self { Self(errors: sentence, status: 64) }

  package static func failed(_ sentence: String) -> Self { Self(errors: sentence, status: 1) }

  /// - Parameter name: the name of the executable, which starts each line.
  package static func misconfigured(_ name: String, _ errors: [ConfigurationError]) -> Self {
    Self(
      errors: errors.map { "\(name): \($0.description)" }.joined(separator: "\n"),
      status: ConfigurationError.exitStatus)
  }

  /// Prints the output.
  /// - Returns: the exit status.
  package func show() -> Int32 {
    if !text.isEmpty { print(text) }
    if !errors.isEmpty { printError(errors) }
    return status
  }
}
