import Crypto
import Foundation
import MCPService
import OAuthClient
import Support
import Testing
import TestHarness
import TestSupport

@testable import Bridge

/// The keychain, with programs that record how they are called.
struct KeychainKeyTests {
  private static let environment: Environment = [
    "HOME": Array("/home/anshika".utf8), "PATH": Array("/tmp/of-an-attacker".utf8),
    "DBUS_SESSION_BUS_ADDRESS": Array("unix:path=/run/bus".utf8),
    "CALCULATOR_BRIDGE_API_KEY": Array("5ecret-key".utf8),
    "LD_PRELOAD": Array("/tmp/of-an-attacker.so".utf8),
  ]

  private static func key(
    _ fixture: TokenFixture, _ program: KeychainKey.Program?,
    within limit: Duration = KeychainKey.timeLimit
  ) -> KeychainKey {
    KeychainKey(
      program: program, environment: environment, pool: ImmediatePool(), random: RandomBytes.make,
      report: { [sentences = fixture.sentences] in sentences.add($0) }, timeLimit: limit)
  }

  /// A secret-tool that keeps what it gets in a file.
  private static func secretTool(_ fixture: TokenFixture) throws -> String {
    let kept = fixture.temporary.path("kept")
    return try fixture.program(
      "secret-tool",
      """
      case "$1" in
      store) cat > '\(kept)' ;;
      lookup) cat '\(kept)' 2> /dev/null || exit 1 ;;
      esac
      """)
  }

  /// A security that keeps the last word of the command.
  private static func security(_ fixture: TokenFixture) throws -> String {
    let kept = fixture.temporary.path("kept")
    return try fixture.program(
      "security",
      """
      case "$1" in
      -i) read -r line; echo "$line" > '\(kept).line'; echo "${line##* }" > '\(kept)' ;;
      find-generic-password) cat '\(kept)' 2> /dev/null || exit 44 ;;
      esac
      """)
  }

  @Test(arguments: ["secret-tool", "security"])
  func theKeyIsKeptAndNeverAnArgument(_ name: String) async throws {
    let fixture = try TokenFixture()
    let isSecurity = name == "security"
    let path = try isSecurity ? Self.security(fixture) : Self.secretTool(fixture)
    let program: KeychainKey.Program = isSecurity ? .security(path) : .secretTool(path)
    let store = fixture.store(.kept(Self.key(fixture, program)))
    // Without a file the keychain is not asked.
    #expect(try await store.load(TokenFixture.resource) == nil)
    #expect(fixture.recorded(path, "arguments") == "")
    try await store.save(TokenFixture.document, for: TokenFixture.resource)
    // Another process asks the keychain again.
    let again = fixture.store(.kept(Self.key(fixture, program)))
    #expect(try await again.load(TokenFixture.resource) == TokenFixture.document)

    let kept = try String(contentsOfFile: fixture.temporary.path("kept"), encoding: .utf8)
      .trimmingCharacters(in: .newlines)
    #expect(Base64.standard.decode(Array(kept.utf8))?.count == 32)
    let (arguments, variables) = (
      fixture.recorded(path, "arguments"), fixture.recorded(path, "environment")
    )
    #expect(arguments.contains("calculator-bridge"))
    #expect(!arguments.contains(kept) && !variables.contains(kept))
    #expect(!variables.contains("5ecret") && !variables.contains("attacker"))
    #expect(variables.contains("DBUS_SESSION_BUS_ADDRESS=unix:path=/run/bus"))
    #expect(variables.contains("PATH=/usr/local/bin:/usr/bin:/bin"))
    if isSecurity {
      let line = try String(contentsOfFile: fixture.temporary.path("kept.line"), encoding: .utf8)
      #expect(line == "add-generic-password -s calculator-bridge -a token-key -w \(kept)\n")
    }
    #expect(fixture.sentences.all == [])
  }

  struct Failure: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let body: String
    var limit = KeychainKey.timeLimit
    let problem: String
  }

  /// No key is made if the keychain may have one: that would make the files unreadable.
  @Test(arguments: [
    Failure(
      testDescription: "an error", body: "echo no session >&2; exit 1",
      problem: "does not give the key"),
    Failure(testDescription: "another status", body: "exit 2", problem: "does not give the key"),
    Failure(testDescription: "no Base64", body: "echo 'a key'", problem: "does not give the key"),
    Failure(testDescription: "a short key", body: "echo AAAA", problem: "does not give the key"),
    Failure(
      testDescription: "long output", body: "exec head -c 20000 /dev/zero",
      problem: "does not answer"),
    Failure(
      testDescription: "no end", body: "exec sleep 1000", limit: .zero, problem: "does not answer"),
    Failure(
      testDescription: "a signal", body: "kill -9 $$", problem: "does not give the key"),
    Failure(
      testDescription: "a key that is not kept", body: "[ $1 = lookup ] && exit 1; exit 0",
      problem: "does not keep a new key"),
  ])
  func aKeychainThatDoesNotAnswerIsNotTakenForAnEmptyOne(_ failure: Failure) async throws {
    let fixture = try TokenFixture()
    let path = try fixture.program("secret-tool", failure.body)
    let store = fixture.store(
      .kept(Self.key(fixture, .secretTool(path), within: failure.limit)))
    await #expect(throws: TokenStoreError.unavailable) {
      try await store.save(TokenFixture.document, for: TokenFixture.resource)
    }
    #expect(fixture.sentences.all.count == 1)
    #expect(fixture.sentences.all.first?.contains(failure.problem) == true)
    #expect(
      fixture.recorded(path, "arguments").contains("store")
        == failure.testDescription.contains("not kept"))
    #expect(!FileManager.default.fileExists(atPath: fixture.path()))
  }

  @Test func aMachineWithoutAKeychainSaysSo() async throws {
    let fixture = try TokenFixture()
    let store = fixture.store(.kept(Self.key(fixture, nil)))
    await #expect(throws: TokenStoreError.unavailable) {
      try await store.save(TokenFixture.document, for: TokenFixture.resource)
    }
    #expect(fixture.sentences.all.first?.contains("CALCULATOR_BRIDGE_STORE=file") == true)
  }

  /// A program of `$PATH` is never used.
  @Test func theProgramIsOneOfTheSystem() {
    var asked: [String] = []
    #expect(
      KeychainKey.Program.installed {
        asked.append($0)
        return false
      } == nil)
    #expect(asked == ["/usr/bin/security", "/usr/bin/secret-tool", "/bin/secret-tool"])
    #expect(
      KeychainKey.Program.installed { $0 == "/usr/bin/secret-tool" }
        == .secretTool("/usr/bin/secret-tool"))
  }

  @Test(arguments: ["secret-tool", "", "./a", "/a\u{0}b"])
  func aRelativePathIsNotStarted(_ path: String) {
    #expect(ChildProcess.start(path, [], environment: []) == nil)
  }
}
