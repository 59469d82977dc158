package import Auth
internal import Crypto
package import MCPService
internal import OAuthClient
private import Support
private import Synchronization

/// The key of the files of tokens, in the keychain of the system.
///
/// The keychain has a key and not the documents. Its programs take short texts only (`secret-tool`
/// 8 KiB, `security` lines of 4 KiB), and a document has more; the lock and the atomic replacement
/// are then the same with and without a keychain.
package final class KeychainKey: Sendable {
  /// A program that reads and writes the keychain.
  package enum Program: Sendable, Equatable {
    /// `secret-tool` of libsecret, at this path.
    case secretTool(String)
    /// `security` of macOS, at this path.
    case security(String)

    /// The first that there is. Paths that only the administrator can write: a program that is
    /// found in `$PATH` could be that of an attacker, and would get the key.
    package static func installed(exists: (String) -> Bool) -> Program? {
      if exists("/usr/bin/security") { return .security("/usr/bin/security") }
      let path = ["/usr/bin/secret-tool", "/bin/secret-tool"].first(where: exists)
      return path.map { .secretTool($0) }
    }
  }

  /// A person may have to unlock the keychain.
  static let timeLimit = Duration.seconds(120)
  private static let (service, account) = ("\(ServiceName.text)-bridge", "token-key")
  private static let length = 32

  private let program: Program?
  private let environment: [(name: String, value: String)]
  private let pool: any BlockingPool
  private let random: @Sendable (Int) -> [UInt8]
  private let report: @Sendable (String) -> Void
  private let timeLimit: Duration
  private let known = Mutex<SealingKey?>(nil)

  /// - Parameters:
  ///   - program: `nil` if the machine has none. Every use then fails.
  ///   - environment: that of the process, of which the program gets what it needs.
  package init(
    program: Program?, environment: Environment, pool: any BlockingPool,
    random: @escaping @Sendable (Int) -> [UInt8], report: @escaping @Sendable (String) -> Void,
    timeLimit: Duration = KeychainKey.timeLimit
  ) {
    self.program = program
    self.environment = ChildEnvironment.ofKeychain(environment)
    self.pool = pool
    self.random = random
    self.report = report
    self.timeLimit = timeLimit
  }

  /// The key; `nil` if the keychain has none.
  func key() async throws(TokenStoreError) -> SealingKey? {
    if let key = known.withLock({ $0 }) { return key }
    guard let bytes = try await stored() else { return nil }
    let key = SealingKey(bytes)
    known.withLock { $0 = key }
    return key
  }

  /// Makes a key and keeps it. The caller has checked that there is none, and keeps others out.
  func newKey() async throws(TokenStoreError) -> SealingKey {
    let bytes = random(Self.length)
    let text = Base64.standard.text(of: bytes)
    let outcome: HelperProgram.Outcome?
    switch program {
    case .secretTool(let path):
      // secret-tool(1): without a terminal, the secret is read from standard input.
      outcome = await run(
        path, ["store", "--label=\(Self.service)"] + attributes, input: Array(text.utf8))
    case .security(let path):
      // security(1): with -i, commands are read from standard input. Base64 needs no quotes. Without
      // -U a key that another process has made in the meantime stays.
      let command =
        "add-generic-password -s \(Self.service) -a \(Self.account) -w \(text)\n"
      outcome = await run(path, ["-i"], input: Array(command.utf8))
    case nil: throw unavailable("has no program secret-tool or security")
    }
    // The status alone does not say whether the keychain has it: read it again.
    guard outcome?.status == 0, try await stored() == bytes else {
      throw unavailable("does not keep a new key")
    }
    let key = SealingKey(bytes)
    known.withLock { $0 = key }
    return key
  }

  private var attributes: [String] { ["service", Self.service, "account", Self.account] }

  private func stored() async throws(TokenStoreError) -> [UInt8]? {
    let (outcome, isMissing): (HelperProgram.Outcome?, (HelperProgram.Outcome) -> Bool)
    switch program {
    case .secretTool(let path):
      outcome = await run(path, ["lookup"] + attributes)
      // The status is 1 for an error too, which is then written to standard error (secret-tool.c).
      isMissing = { $0.status == 1 && $0.output.isEmpty && !$0.hasErrors }
    case .security(let path):
      outcome = await run(
        path, ["find-generic-password", "-s", Self.service, "-a", Self.account, "-w"])
      // The low byte of errSecItemNotFound.
      isMissing = { $0.status == 44 }
    case nil: throw unavailable("has no program secret-tool or security")
    }
    guard let outcome else { throw unavailable("does not answer") }
    if isMissing(outcome) { return nil }
    var text = outcome.output
    if text.last == ASCII.lineFeed { text.removeLast() }
    guard outcome.status == 0, let bytes = Base64.standard.decode(text),
      bytes.count == Self.length
    else { throw unavailable("does not give the key") }
    return bytes
  }

  private func run(_ path: String, _ arguments: [String], input: [UInt8] = []) async
    -> HelperProgram.Outcome?
  {
    let helper = HelperProgram(path: path, environment: environment)
    let timeLimit = timeLimit
    return
      (try? await pool.run(for: .local) {
        helper.run(arguments, input: input, within: timeLimit)
      }) ?? nil
  }

  private func unavailable(_ problem: String) -> TokenStoreError {
    report(
      "the keychain of this machine \(problem); unlock it, or set \(Settings.bridgeStore.name)=file"
    )
    return .unavailable
  }
}
