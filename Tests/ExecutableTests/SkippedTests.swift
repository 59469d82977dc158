import Foundation
import TestSupport
import Testing

/// The list that `make test` prints before it runs: the tests that it will skip, and why.
struct SkippedTests {
  static let script = Repository.root.appending(path: "scripts/skipped.sh").path

  /// The output of the script with these changes of the environment.
  static func output(_ variables: [String: String]) throws -> [Substring] {
    let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    let result = try Command.run(script, [], environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n")
  }

  @Test func namesWhatNeedsTheVectorsAndTheCommandThatFetchesThem() throws {
    let lines = try Self.output(["CALCULATOR_VECTORS": "/nowhere"])
    let skipped = try #require(lines.first { $0.contains("no test vectors") })
    for suite in ["HTTPSchemaTests", "JSONTestSuiteTests", "WycheproofTests"] {
      #expect(skipped.contains(suite))
    }
    #expect(lines.contains("    Fetch them with: make vectors"))
  }

  @Test func namesWhatNeedsOpenSSL() throws {
    let folder = try TemporaryFolder()
    let stub = try folder.write("openssl", "#!/bin/sh\necho LibreSSL 3.3.6\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: stub)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let lines = try Self.output([
      "CALCULATOR_VECTORS": Repository.root.path, "PATH": "\(folder.url.path):\(path)",
    ])
    let skipped = try #require(lines.first { $0.contains("OpenSSL") })
    for suite in ["HTTPEncryptionAttackTests", "TLSContextTests"] {
      #expect(skipped.contains(suite))
    }
  }

  /// The script must know every condition, so that no test is skipped without a message.
  @Test func knowsEveryConditionUnderWhichATestIsSkipped() throws {
    // `make test` makes the Python environments before the run.
    let known: Set = [
      "Vectors.areThere", "Vectors.areComplete", "Proxy.areThere", "TLSFixture.areToolsThere",
      "areToolsThere",
      "BuiltServer.isThere", "Browser.isThere", "Python.areThere", "Python.isProviderThere",
      "ProcFolder.isThere", "Conformance.isThere", "Glewlwyd.isThere", "FlockProgram.isThere",
      "geteuid",
    ]
    let tests = Repository.root.appending(path: "Tests").path
    let found = try Command.run("grep", ["-rhoE", "enabled\\(if: [A-Za-z.]+", tests])
    let conditions = Set(found.output.split(separator: "\n").map { $0.split(separator: " ")[1] })
    #expect(conditions.contains("Vectors.areThere"))
    #expect(conditions.subtracting(known.map { Substring($0) }).isEmpty)
  }
}
