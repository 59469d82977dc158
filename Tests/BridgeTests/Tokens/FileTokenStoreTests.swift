import Crypto
import Foundation
import MCPService
import OAuthClient
import Synchronization
import Testing
import TestSupport

@testable import Bridge

struct FileTokenStoreTests {
  enum Key: String, CaseIterable, Sendable {
    case none, given
    var value: TokenFileKey { self == .none ? .none : .given(TokenFixture.key) }
  }

  @Test(arguments: Key.allCases)
  func aDocumentIsKeptUntilItIsRemoved(_ key: Key) async throws {
    let fixture = try TokenFixture()
    let store = fixture.store(key.value)
    #expect(try await store.load(TokenFixture.resource) == nil)
    #expect(!FileManager.default.fileExists(atPath: fixture.folder))
    try await store.save([1, 2, 3], for: TokenFixture.resource)
    try await store.save(TokenFixture.document, for: TokenFixture.resource)
    #expect(try await store.load(TokenFixture.resource) == TokenFixture.document)
    #expect(try await store.load(TokenFixture.other) == nil)
    #expect(try await store.resources() == [TokenFixture.resource])
    #expect(try fixture.mode(of: fixture.folder) == 0o700)
    #expect(try fixture.mode(of: fixture.path()) == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).count == 1)
    try await store.remove(TokenFixture.resource)
    try await store.remove(TokenFixture.resource)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).isEmpty)
    #expect(fixture.sentences.all == [])
  }

  /// Above it is a link to nowhere. Without the folder there is no lock to wait for.
  @Test(arguments: [(true, PrivateFileFault.unavailable), (false, .missing)])
  func aFolderThatCannotBeMade(_ creates: Bool, _ fault: PrivateFileFault) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("nowhere"))
    #expect(throws: fault) { _ = try PrivateFolder(folder.path("link/a"), creates: creates) }
  }

  /// ATTACKS O185: `status` writes the address to a terminal.
  @Test(arguments: ["https://a.example/\u{1B}[2J", "a", "https://a.example/\nSigned in"])
  func aFileThatNamesNoAddressIsNotListed(_ resource: String) async throws {
    let fixture = try TokenFixture()
    let store = fixture.store(.none)
    try await store.save([1], for: TokenFixture.resource)
    try await store.save([1], for: resource)
    #expect(try await store.resources() == [TokenFixture.resource])
  }

  @Test func aSealedFileHasNoPartOfTheDocument() async throws {
    let fixture = try TokenFixture()
    try await fixture.store(.given(TokenFixture.key)).save(
      TokenFixture.document, for: TokenFixture.resource)
    let bytes = try Array(Data(contentsOf: URL(filePath: fixture.path())))
    let file = try #require(TokenFile(bytes))
    guard case .sealed(let sealed) = file.content else {
      Issue.record("not sealed")
      return
    }
    #expect(sealed.count == TokenFixture.document.count + 28)
    #expect(!sealed.contains(Array("5ecret".utf8)))
  }

  /// A change of the files, and what a store must refuse then.
  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var saved = Key.none
    var read = Key.none
    let expected: TokenStoreError
    let sentence: String
    let change: @Sendable (TokenFixture) throws -> Void
  }

  private static let attacks: [Attack] = [
    Attack(
      testDescription: "a file that others can read", expected: .openToOthers,
      sentence: "other users can read or write"
    ) { try $0.setMode(0o644, of: $0.path()) },
    Attack(
      testDescription: "a file that the group can write", expected: .openToOthers,
      sentence: "other users can read or write"
    ) { try $0.setMode(0o620, of: $0.path()) },
    Attack(
      testDescription: "a folder that others can search", expected: .openToOthers,
      sentence: "other users can read or write"
    ) { try $0.setMode(0o711, of: $0.folder) },
    Attack(
      testDescription: "a symbolic link to a file", expected: .openToOthers,
      sentence: "is a symbolic link"
    ) { fixture in
      let target = fixture.temporary.path("target")
      try FileManager.default.moveItem(atPath: fixture.path(), toPath: target)
      try FileManager.default.createSymbolicLink(
        atPath: fixture.path(), withDestinationPath: target)
    },
    Attack(
      testDescription: "a symbolic link to a folder", expected: .openToOthers,
      sentence: "is a symbolic link"
    ) { fixture in
      let target = fixture.temporary.path("target")
      try FileManager.default.moveItem(atPath: fixture.folder, toPath: target)
      try FileManager.default.createSymbolicLink(
        atPath: fixture.folder, withDestinationPath: target)
    },
    Attack(
      testDescription: "a folder in place of the file", expected: .unavailable,
      sentence: "is not of the right kind"
    ) { fixture in
      try FileManager.default.removeItem(atPath: fixture.path())
      try FileManager.default.createDirectory(
        atPath: fixture.path(), withIntermediateDirectories: false)
    },
    Attack(
      testDescription: "a file over the limit", expected: .unavailable, sentence: "is too large"
    ) { fixture in
      try Data(count: FileTokenStore.maximumLength + 1).write(to: URL(filePath: fixture.path()))
    },
    Attack(
      testDescription: "a file of another server", expected: .wrongKey,
      sentence: "is damaged, or of another server"
    ) { try move($0) },
    Attack(
      testDescription: "a sealed file of another server", saved: .given, read: .given,
      expected: .wrongKey, sentence: "is damaged, or of another server"
    ) { try move($0) },
    Attack(
      testDescription: "a sealed file that says it is of this server", saved: .given, read: .given,
      expected: .wrongKey, sentence: "is sealed with another key, or damaged"
    ) { fixture in
      try move(fixture)
      let url = URL(filePath: fixture.path())
      let text = try String(contentsOf: url, encoding: .utf8)
      try Data(text.replacing(TokenFixture.other, with: TokenFixture.resource).utf8).write(to: url)
    },
    Attack(
      testDescription: "a sealed file without the key", saved: .given, expected: .wrongKey,
      sentence: "is sealed, and there is no key"
    ) { _ in },
    Attack(
      testDescription: "an unsealed file with a key", read: .given, expected: .wrongKey,
      sentence: "is not sealed, but there is a key"
    ) { _ in },
    Attack(
      testDescription: "a changed byte", saved: .given, read: .given, expected: .wrongKey,
      sentence: "is sealed with another key, or damaged"
    ) { fixture in
      let file = try TokenFile(Array(Data(contentsOf: URL(filePath: fixture.path()))))
      guard let file, case .sealed(var bytes) = file.content else { return }
      bytes[20] ^= 1
      let changed = TokenFile(resource: file.resource, content: .sealed(bytes))
      try Data(changed.bytes).write(to: URL(filePath: fixture.path()))
    },
    Attack(
      testDescription: "a truncated file", expected: .wrongKey,
      sentence: "is damaged, or of another server"
    ) { fixture in
      let url = URL(filePath: fixture.path())
      try Data(contentsOf: url).dropLast(3).write(to: url)
    },
    Attack(
      testDescription: "a file of a later version", expected: .wrongKey,
      sentence: "is damaged, or of another server"
    ) { fixture in
      let url = URL(filePath: fixture.path())
      let text = try String(contentsOf: url, encoding: .utf8)
      try Data(text.replacing("\"version\":1", with: "\"version\":2").utf8).write(to: url)
    },
  ]

  private static func move(_ fixture: TokenFixture) throws {
    try FileManager.default.moveItem(
      atPath: fixture.path(TokenFixture.other), toPath: fixture.path())
  }

  @Test(arguments: attacks)
  func aFileThatIsNotSafeIsRefused(_ attack: Attack) async throws {
    let fixture = try TokenFixture()
    let writer = fixture.store(attack.saved.value)
    let moves = attack.testDescription.contains("server")
    try await writer.save(
      TokenFixture.document, for: moves ? TokenFixture.other : TokenFixture.resource)
    try attack.change(fixture)
    // A changed file has the rights that the change gave it; its own attacks set others.
    if attack.expected == .wrongKey { try fixture.setMode(0o600, of: fixture.path()) }
    if attack.sentence.contains("too large") { try fixture.setMode(0o600, of: fixture.path()) }
    if attack.sentence.contains("right kind") { try fixture.setMode(0o700, of: fixture.path()) }
    await #expect(throws: attack.expected) {
      try await fixture.store(attack.read.value).load(TokenFixture.resource)
    }
    let sentences = fixture.sentences.all
    #expect(sentences.count == 1)
    #expect(sentences.allSatisfy { $0.contains(attack.sentence) && $0.contains(fixture.folder) })
    #expect(!sentences.joined().contains("5ecret"))
    try? fixture.setMode(0o700, of: fixture.folder)
  }

  /// Only the administrator can give a file away.
  @Test(.enabled(if: geteuid() == 0), arguments: [true, false])
  func aFileOfAnotherUserIsRefused(_ isFolder: Bool) async throws {
    let fixture = try TokenFixture()
    let store = fixture.store()
    try await store.save(TokenFixture.document, for: TokenFixture.resource)
    try FileManager.default.setAttributes(
      [.ownerAccountID: 12345], ofItemAtPath: isFolder ? fixture.folder : fixture.path())
    await #expect(throws: TokenStoreError.openToOthers) {
      try await store.load(TokenFixture.resource)
    }
    #expect(fixture.sentences.all.allSatisfy { $0.contains("belongs to another user") })
  }

  @Test func aFolderOfOthersIsNotWritten() async throws {
    let fixture = try TokenFixture()
    try FileManager.default.createDirectory(
      atPath: fixture.folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o777])
    try fixture.setMode(0o777, of: fixture.folder)
    await #expect(throws: TokenStoreError.openToOthers) {
      try await fixture.store().save(TokenFixture.document, for: TokenFixture.resource)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).isEmpty)
  }

  @Test func aDocumentOverTheLimitIsNotSaved() async throws {
    let fixture = try TokenFixture()
    let store = fixture.store()
    try await store.save(TokenFixture.document, for: TokenFixture.resource)
    await #expect(throws: TokenStoreError.unavailable) {
      try await store.save(
        [UInt8](repeating: 0, count: FileTokenStore.maximumLength), for: TokenFixture.resource)
    }
    #expect(try await store.load(TokenFixture.resource) == TokenFixture.document)
  }

  @Test func aFileThatACrashLeftIsRemovedToo() async throws {
    let fixture = try TokenFixture()
    let store = fixture.store()
    try await store.save(TokenFixture.document, for: TokenFixture.resource)
    try Data("rest".utf8).write(to: URL(filePath: fixture.path(TokenFixture.resource, "a.tmp")))
    try Data("rest".utf8).write(to: URL(filePath: fixture.path(TokenFixture.other, "a.tmp")))
    try await store.remove(TokenFixture.resource)
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
    #expect(left.map { "\(fixture.folder)/\($0)" } == [fixture.path(TokenFixture.other, "a.tmp")])
  }

  // MARK: The lock

  @Test func aSecondTaskWaitsForTheLock() async throws {
    let fixture = try TokenFixture()
    let first = try await fixture.store().lock(TokenFixture.resource)
    let pauses = Mutex(0)
    // Another server has a lock of its own.
    try await fixture.store().lock(TokenFixture.other).release()
    let second = try await fixture.store(sleep: { duration in
      #expect(duration == FileTokenStore.lockPause)
      pauses.withLock { $0 += 1 }
      if pauses.withLock({ $0 }) == 3 { first.release() }
    }).lock(TokenFixture.resource)
    #expect(pauses.withLock { $0 } == 3)
    second.release()
    second.release()
    try await fixture.store().lock(TokenFixture.resource).release()
  }

  @Test func theWaitForTheLockIsBounded() async throws {
    let fixture = try TokenFixture()
    let first = try await fixture.store().lock(TokenFixture.resource)
    let pauses = Mutex(0)
    await #expect(throws: TokenStoreError.unavailable) {
      try await fixture.store(sleep: { _ in pauses.withLock { $0 += 1 } })
        .lock(TokenFixture.resource)
    }
    #expect(pauses.withLock { $0 } == 1200)
    #expect(fixture.sentences.all.count == 1)
    first.release()
  }

  /// flock(1) holds the lock until its input ends.
  @Test(.enabled(if: FlockProgram.isThere, "There is no /usr/bin/flock"))
  func aLockOfAnotherProcessEndsWithIt() async throws {
    let fixture = try TokenFixture()
    try await fixture.store().lock(TokenFixture.resource).release()
    let program = try ChildProgram([
      "/usr/bin/flock", fixture.path(TokenFixture.resource, "lock"), "/bin/sh", "-c", "echo; cat",
    ])
    #expect(program.read().count == 1)  // it has the lock
    let pauses = Mutex(0)
    let lock = try await fixture.store(sleep: { _ in
      guard
        pauses.withLock({
          $0 += 1; return $0
        }) == 2
      else { return }
      program.closeInput()
      _ = program.wait()
    }).lock(TokenFixture.resource)
    #expect(pauses.withLock { $0 } == 2)
    lock.release()
  }

  // MARK: Where it is

  @Test(
    arguments: [
      (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/calculator-bridge"),
      (["XDG_STATE_HOME": "s", "HOME": "/h"], "/h/.local/state/calculator-bridge"),
      (["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/calculator-bridge"),
      (["HOME": "/h"], "/h/.local/state/calculator-bridge"),
      (["HOME": "h"], nil),
      ([:], nil),
    ] as [([String: String], String?)])
  func theFolderFollowsTheEnvironment(_ environment: [String: String], _ expected: String?) {
    #expect(FileTokenStore.folder(for: Environment(environment)) == expected)
  }
}

/// The program of util-linux, which macOS lacks.
private enum FlockProgram {
  static let path = "/usr/bin/flock"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
