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
