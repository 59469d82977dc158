import Foundation
import TestSupport

/// The Python environments that `make test` makes.
enum Python {
  static func interpreter(_ environment: String) -> URL {
    Repository.root.appending(path: ".venv/\(environment)/bin/python")
  }

  static var areThere: Bool {
    ["modern", "handshake", "legacy"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: interpreter($0).path)
    }
  }
  /// The identity provider of `scripts/idp.sh`.
  static let provider = Repository.root.appending(path: ".venv/idp/bin/nanoidp")
  static var isProviderThere: Bool {
    FileManager.default.isExecutableFile(atPath: provider.path)
  }
  static let hint = "no Python environments: make test makes them"

  /// Runs a script of `clients/` with `input`. Returns its status and its output.
  static func run(
    _ script: String, in environment: String, arguments: [String] = [], input: Data
  ) throws -> (status: Int32, output: Data) {
    let program = try ChildProgram(
      [
        interpreter(environment).path,
        Repository.root.appending(path: "Tests/ExecutableTests/clients/\(script)").path,
      ] + arguments, errors: .descriptor(2))
    Thread {
      program.write(Array(input))
      program.closeInput()
    }.start()
    let output = program.readToEnd()
    return (program.wait().number, Data(output))
  }
}
