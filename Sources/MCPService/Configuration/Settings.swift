private import Support

/// The settings of one executable.
package struct Settings: Sendable {
  package let executable: String
  /// In the order of `--help` and of the reference page.
  package let all: [SettingDeclaration]

  /// Settings of other servers that would not do here what they say. A value is an error, unless it
  /// is the default.
  let refused: [SettingDeclaration]

  init(
    of executable: String, _ all: [SettingDeclaration], refusing refused: [SettingDeclaration] = []
  ) {
    self.executable = executable
    self.all = all
    self.refused = refused
  }

  /// The names of all variables.
  var variables: [String] { all.flatMap(\.variables) }

  /// Whether `line` begins with the name of a setting of any server and `=`, as in a `.env` file.
  static func isAssignment(_ line: ArraySlice<UInt8>) -> Bool {
    var line = line.drop(while: ASCII.isSpace)
    if line.starts(with: "export ".utf8) { line = line.dropFirst(7).drop(while: ASCII.isSpace) }
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return false }
    return variablesOfAll.contains(String(decoding: line[..<equals], as: UTF8.self))
  }

  /// The values that apply after SIGHUP, and the names of the settings that keep their old value.
  func merge(_ new: Environment, over running: Environment) -> (Environment, kept: [String]) {
    var result = new
    var kept: [String] = []
    for setting in all {
      let old = setting.variables.map { running.values[$0] }
      let fresh = setting.variables.map { new.values[$0] }
      guard old != fresh, !setting.mayChange(from: old, to: fresh) else { continue }
      for variable in setting.variables { result.set(variable, running.values[variable]) }
      kept.append(setting.name)
    }
    return (result, kept.sorted())
  }
}

/// The values that a server runs with: SIGHUP compares the new ones with them.
package struct RunningSettings: Sendable, Equatable {
  package static let none = RunningSettings(values: Environment(), completeFiles: [])

  let values: Environment
  /// Paths of the secret and environment files that ended with a line end.
  let completeFiles: Set<String>
}
