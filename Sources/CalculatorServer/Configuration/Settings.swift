private import Support

/// The settings of a server, by name.
package struct Settings: Sendable {
  let all: [String: Setting]

  init(_ all: [String: Setting]) { self.all = all }

  /// The names of all variables.
  var variables: [String] { all.keys.flatMap(variables(of:)) }

  /// `X`, and for a secret also `X_FILE`.
  func variables(of name: String) -> [String] {
    all[name]?.isSecret == true ? [name, "\(name)_FILE"] : [name]
  }

  /// Whether `line` begins with the name of a setting of any server and `=`, as in a `.env` file.
  static func isAssignment(_ line: ArraySlice<UInt8>) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var line = line.drop(while: isSpace)
    if line.starts(with: "export ".utf8) { line = line.dropFirst(7).drop(while: isSpace) }
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return false }
    return variablesOfAll.contains(String(decoding: line[..<equals], as: UTF8.self))
  }

  /// What applies after SIGHUP, and the names of the settings that keep their old value.
  func merge(_ new: Environment, over running: Environment) -> (Environment, kept: [String]) {
    var result = new
    var kept: [String] = []
    for (name, setting) in all.sorted(by: { $0.key < $1.key }) {
      let variables = variables(of: name)
      let (old, fresh) = (
        variables.map { running.values[$0] }, variables.map { new.values[$0] }
      )
      guard old != fresh, !setting.mayChange(from: old, to: fresh) else { continue }
      for variable in variables { result.set(variable, running.values[variable]) }
      kept.append(name)
    }
    return (result, kept)
  }
}

/// The values that a server runs with: SIGHUP compares the new ones with them.
package struct RunningSettings: Sendable, Equatable {
  package static let none = RunningSettings(values: Environment(), completeFiles: [])

  let values: Environment
  /// Paths of the secret and environment files that ended with a line end.
  let completeFiles: Set<String>
}
