import Foundation

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
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let environment { process.environment = environment }
    let pipes = (input: Pipe(), output: Pipe(), errors: Pipe())
    process.standardInput = pipes.input
    process.standardOutput = pipes.output
    process.standardError = pipes.errors
    try process.run()
    // No program here reads or writes more than a pipe holds before it reads again.
    try? pipes.input.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? pipes.input.fileHandleForWriting.close()
    let output = try pipes.output.fileHandleForReading.readToEnd() ?? Data()
    let errors = try pipes.errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}
