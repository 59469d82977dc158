import Crypto
import Foundation
import MCPService
import OAuthClient
import Support
import Synchronization
import TestHarness
import TestSupport

@testable import Bridge

/// The sentences that a store or a sign-in reports.
final class Sentences: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A folder of tokens in a temporary folder.
struct TokenFixture: Sendable {
  static let resource = "https://calculator.example/mcp"
  static let other = "https://other.example/mcp"
  static let document = Array(#"{"refresh_token":"5ecret-refresh"}"#.utf8)
  static let key = SealingKey([UInt8](repeating: 7, count: 32))

  let temporary: TemporaryFolder
  let sentences = Sentences()

  init() throws { temporary = try TemporaryFolder() }

  var folder: String { temporary.path("state/calculator-bridge") }

  func path(_ resource: String = resource, _ ending: String = "json") -> String {
    "\(folder)/\(SHA256Digest(of: resource.utf8).hexadecimal).\(ending)"
  }

  func store(
    _ key: TokenFileKey = .none, sleep: @escaping @Sendable (Duration) async -> Void = { _ in }
  ) -> FileTokenStore {
    FileTokenStore(
      folder: folder, key: key, pool: ImmediatePool(), random: RandomBytes.make,
      report: { [sentences] in sentences.add($0) }, sleep: sleep)
  }

  func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// A program that records its arguments, variables and input, then runs `body` of a shell.
  func program(_ name: String, _ body: String) throws -> String {
    let path = temporary.path(name)
    try Data("\(body)\n".utf8).write(to: URL(filePath: "\(path).body"))
    try FileManager.default.createSymbolicLink(
      atPath: path,
      withDestinationPath: Repository.root.appending(path: "scripts/record-call.sh").path)
    return path
  }

  func recorded(_ path: String, _ what: String) -> String {
    (try? String(contentsOfFile: "\(path).\(what)", encoding: .utf8)) ?? ""
  }
}
