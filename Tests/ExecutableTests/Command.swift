import TestSupport

/// Runs a program to its end.
enum Command {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  static func run(
    _ program: String, _ arguments: [String], input: String = "",
    environment: [String: String]? = nil
  ) throws -> Result {
    let child = try ChildProgram([program] + arguments, variables: environment, errors: .pipe)
    // No program here reads or writes more than a pipe holds before it reads again.
    child.write(Array(input.utf8))
    child.closeInput()
    let output = child.readToEnd()
    let errors = child.readErrorsToEnd()
    return Result(
      status: child.wait().number, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}
