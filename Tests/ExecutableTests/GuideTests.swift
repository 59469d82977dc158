import Foundation
import TestSupport
import Testing

/// Runs the guide as a reader does.
@Suite(.enabled(if: Python.areThere, "\(Python.hint)"))
struct GuideTests {
  /// Every command, link, anchor and excerpt of the pages, and the reference; then the faults that
  /// these checks must find.
  @Test(arguments: ["run.py", "test_run.py"])
  func pages(_ script: String) throws {
    let (status, output) = try Self.run("tools/\(script)")
    #expect(status == 0, "\(output)")
  }

  /// Every attack fails on the real servers and succeeds on the weak ones.
  @Test(arguments: [[], ["--weak", "--i-know-this-is-insecure"]])
  func attackLab(_ arguments: [String]) throws {
    let (status, output) = try Self.run("attacks/attack.py", arguments)
    #expect(status == 0, "\(output)")
  }

  @Test(arguments: [
    "weak_key.py", "weak_token.py", "weak_http.py", "weak_oauth.py", "weak_sign_in.py",
    "weak_upstream.py",
  ])
  func noNaiveServerStartsByAccident(_ script: String) throws {
    let (status, output) = try Self.run("weak/\(script)")
    #expect(status == 1)
    #expect(output.contains("say --i-know-this-is-insecure to start it"))
  }

  /// `make bundle` validates the manifest before it writes a file.
  @Test func theBundleIsValid() throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "\(UUID().uuidString).mcpb")
    defer { try? FileManager.default.removeItem(at: file) }
    let (status, output) = try Self.run(
      "tools/bundle.py", [try ServerProcess.path(of: "CalculatorStdio"), file.path])
    #expect(status == 0, "\(output)")
    #expect(try Data(contentsOf: file).starts(with: Array("PK".utf8)))
  }

  /// Runs a script of the guide with the servers on its PATH. Returns its status and its output.
  static func run(_ script: String, _ arguments: [String] = []) throws
    -> (status: Int32, output: String)
  {
    let servers = URL(filePath: try ServerProcess.path(of: "CalculatorStdio"))
      .deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let (end, output) = try ChildProgram.run(
      [
        Python.interpreter("modern").path,
        Repository.root.appending(path: "guide/\(script)").path,
      ] + arguments,
      variables: [
        "PATH": "\(servers):\(path)", "CALCULATOR_BIN_DIR": servers,
        "PYTHONDONTWRITEBYTECODE": "1",
      ])
    return (end.number, output)
  }
}
