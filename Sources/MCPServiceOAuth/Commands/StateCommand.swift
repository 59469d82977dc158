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
  /// The output of a command, and its exit status.
  package struct Output: Equatable, Sendable {
    package var text = ""
    package var errors = ""
    package var status: Int32 = 0

    /// `EX_USAGE` of sysexits.h.
    static func usage(_ sentence: String) -> Output { Output(errors: sentence, status: 64) }
    static func failed(_ sentence: String) -> Output { Output(errors: sentence, status: 1) }
  }

  /// Why a command ends: the errors of the configuration, or of the state.
  enum Failure: Error {
    case configuration([ConfigurationError])
    case state(StateError)
  }

  let name: String
  private let environment: Environment
  private let environmentFile: String?
  let now: @Sendable () -> WallTime
  let random: @Sendable (Int) -> [UInt8]

  package init(
    name: String, environment: Environment, environmentFile: String?,
    now: @escaping @Sendable () -> WallTime = WallTime.now
  ) {
    self.init(
      name: name, environment: environment, environmentFile: environmentFile, now: now,
      random: RandomBytes.make)
  }

  /// - Parameter name: the name of the executable, which starts each configuration error.
  init(
    name: String, environment: Environment, environmentFile: String?,
    now: @escaping @Sendable () -> WallTime, random: @escaping @Sendable (Int) -> [UInt8]
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
    _ use: (AuthorizationState, inout EnvironmentReader) throws(Failure) -> Output
  ) -> Output {
    do throws(Failure) {
      var reader = EnvironmentReader(.oauth, environment: environment, file: environmentFile)
      let state = try open(&reader, creates: creates)
      return try use(state, &reader)
    } catch {
      let errors =
        switch error {
        case .configuration(let errors): errors
        case .state(let error): [ConfigurationError(error)]
        }
      let lines = errors.map { "\(name): \($0.description)" }
      return Output(errors: lines.joined(separator: "\n"), status: ConfigurationError.exitStatus)
    }
  }

  private func open(
    _ reader: inout EnvironmentReader, creates: Bool
  ) throws(Failure) -> AuthorizationState {
    let path = reader.value(Settings.state)
    guard reader.errors.isEmpty else { throw .configuration(reader.errors) }
    guard !path.utf8.elementsEqual(":memory:".utf8) else {
      throw .configuration([
        ConfigurationError(
          Settings.state.name,
          "the state is in the memory of the server, where no command reaches it",
          fix: "set it to a file, here and for the server")
      ])
    }
    // A command on a misspelled path would report success, and the server would not notice.
    guard creates || Self.exists(path) else {
      throw .configuration([
        ConfigurationError(
          Settings.state.name, "there is no such file",
          fix: "correct the path: only the server and clients add create the file")
      ])
    }
    return try Self.stating { () throws(StateError) in try AuthorizationState(path: path) }
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// An operation on the state.
  static func stating<Value>(
    _ body: () throws(StateError) -> Value
  ) throws(Failure) -> Value {
    do throws(StateError) { return try body() } catch { throw .state(error) }
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
