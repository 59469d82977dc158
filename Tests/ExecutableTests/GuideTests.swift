import Foundation
import TestSupport
import Testing

/// The guide, run as its reader would run it: every command, every link, every excerpt.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct GuideTests {
  @Test(arguments: ["run.py", "test_run.py"])
  func guide(_ script: String) throws {
    let process = Process()
    process.executableURL = Python.interpreter("modern")
    process.arguments = [Repository.root.appending(path: "guide/tools/\(script)").path]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "CALCULATOR_BIN_DIR": URL(filePath: try ServerProcess.path(of: "CalculatorStdio"))
        .deletingLastPathComponent().path,
      "PYTHONDONTWRITEBYTECODE": "1",
    ]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }

  /// Every attack of the lab fails here, and succeeds on the naive servers.
  @Test(arguments: [[], ["--weak", "--i-know-this-is-insecure"]])
  func attackLab(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = Python.interpreter("modern")
    process.arguments =
      [Repository.root.appending(path: "guide/attacks/attack.py").path] + arguments
    let folder = URL(filePath: try ServerProcess.path(of: "CalculatorStdio"))
      .deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = ["PATH": "\(folder):\(path)", "PYTHONDONTWRITEBYTECODE": "1"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
