package import MCPService
internal import State
package import Support
private import Auth
private import AuthorizationServer
private import Crypto
private import SystemC

/// The subcommands of `CalculatorOAuth` that read or change the state: `clients`, `grants` and `keys`.
///
/// A server may run on the same file. It notices a change within a second.
package struct StateCommand {
  let name: String
  private let environment: Environment
  private let environmentFile: String?
  let now: @Sendable () -> WallTime
  let random: @Sendable (Int) -> [UInt8]

  /// - Parameter name: the name of the executable, which starts each configuration error.
  package init(
    name: String, environment: Environment, environmentFile: String?,
    now: @escaping @Sendable () -> WallTime = WallTime.now,
    random: @escaping @Sendable (Int) -> [UInt8] = RandomBytes.make
  ) {
    self.name = name
    self.environment = environment
    self.environmentFile = environmentFile
    self.now = now
    self.random = random
  }

  /// Runs a command on the state.
  /// - Parameter creates: whether to create the file if there is none.
  func withState(
    creates: Bool = false,
    _ use: (AuthorizationState, inout EnvironmentReader) throws(StateError) -> CommandOutput
  ) -> CommandOutput {
    var reader = EnvironmentReader(.oauth, environment: environment, file: environmentFile)
    let path = reader.value(Settings.state)
    guard reader.errors.isEmpty else { return .misconfigured(name, reader.errors) }
    guard !path.utf8.elementsEqual(":memory:".utf8) else {
      return .misconfigured(
        name,
        [
          ConfigurationError(
            Settings.state.name,
            "the state is in the memory of the server, where no command reaches it",
            fix: "set it to a file, here and for the server")
        ])
    }
    // A command on a misspelled path would report success, and the server would not notice.
    guard creates || Self.exists(path) else {
      return .misconfigured(
        name,
        [
          ConfigurationError(
            Settings.state.name, "there is no such file",
            fix: "correct the path: only the server and clients add create the file")
        ])
    }
    do throws(StateError) {
      return try use(AuthorizationState(path: path), &reader)
    } catch {
      return .misconfigured(name, [ConfigurationError(error)])
    }
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }
}

extension ConfigurationError {
  /// Why the file of the state cannot be used.
  init(_ error: StateError) {
    let (problem, fix) = error.advice
    self.init(Settings.state.name, problem, fix: fix)
  }
}

/// Text from outside, for a line of a list.
enum ListedText {
  /// An identifier: as it is if it is visible ASCII, else between quotes.
  static func identifier(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") }
    return isPlain && !text.utf8.isEmpty ? text : name(text)
  }

  /// A name between quotes. What is not visible, and each further quote, becomes `?`: a name must not
  /// add a line or a column, send an escape sequence to the terminal, or change the order in which a line
  /// is read (CWE-150).
  static func name(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(isVisible(scalar) ? scalar : "?")
    }
    return "\"\(String(scalars))\""
  }

  /// A time, to the second.
  static func time(_ time: WallTime) -> String {
    let text = time.rfc3339
    return String(decoding: text.utf8.prefix(19), as: UTF8.self) + "Z"
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar != "\"" else { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
