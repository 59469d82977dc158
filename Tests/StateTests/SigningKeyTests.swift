import Support
import TestSupport
import Testing

@testable import State

struct SigningKeyTests {
  private func key(_ id: String, at time: WallTime) -> StoredSigningKey {
    StoredSigningKey(id: id, privateKey: Array("private \(id)".utf8), createdAt: time)
  }

  @Test func keysAreRetiredAndThenDropped() throws {
    let state = try AuthorizationState.inMemory()
    try state.addKey(key("1", at: 1))
    try state.addKey(key("2", at: 2))
    #expect(try state.keys().map(\.id) == ["2", "1"])
    #expect(try state.keys().first?.privateKey == Array("private 2".utf8))
    #expect(try state.retire("1", at: 5))
    #expect(try !state.retire("1", at: 6))
    #expect(try !state.retire("3", at: 6))
    #expect(try state.keys().map(\.retiredAt) == [nil, 5])
    #expect(try state.dropKeys(retiredBefore: 5) == 0)
    #expect(try state.dropKeys(retiredBefore: 6) == 1)
    #expect(try state.keys().map(\.id) == ["2"])
    #expect(throws: StateError.exists) { try state.addKey(key("2", at: 3)) }
  }

  /// Two processes that start at the same time.
  @Test func oneFirstKeyIsStored() throws {
    let folder = try TemporaryFolder()
    let one = try AuthorizationState(path: folder.path())
    let other = try AuthorizationState(path: folder.path())
    #expect(try one.addKey(key("1", at: 1), onlyAsFirst: true))
    #expect(try !other.addKey(key("2", at: 1), onlyAsFirst: true))
    #expect(try other.keys().map(\.id) == ["1"])
    _ = try one.retire("1", at: 2)
    #expect(try other.addKey(key("2", at: 3), onlyAsFirst: true))
  }

  @Test func theNumberOfKeysIsBounded() throws {
    let state = try AuthorizationState.inMemory { $0.signingKeys = 1 }
    try state.addKey(key("1", at: 1))
    #expect(throws: StateError.full) { try state.addKey(key("2", at: 2)) }
  }

  /// CWE-532
  @Test func aKeyIsNotPrinted() {
    let key = key("1", at: 1)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped] {
      #expect(!text.contains("112"), "\(text)")
    }
  }

  @Test func anotherConnectionNoticesAChange() throws {
    let folder = try TemporaryFolder()
    let one = try AuthorizationState(path: folder.path())
    let other = try AuthorizationState(path: folder.path())
    let before = (try one.dataVersion(), try other.dataVersion())
    #expect(try other.dataVersion() == before.1)
    try one.addKey(key("1", at: 1))
    #expect(try other.dataVersion() != before.1)
    #expect(try one.dataVersion() == before.0)
  }
}
