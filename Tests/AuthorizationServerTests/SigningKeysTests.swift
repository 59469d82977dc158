import AuthorizationServer
import Crypto
import JOSE
import JSON
import State
import Support
import TestSupport
import Testing

struct SigningKeysTests {
  static let now = Fixture.start
  static let seal = SealingKey([UInt8](repeating: 1, count: 32))
  static let other = SealingKey([UInt8](repeating: 2, count: 32))

  static func keys(_ state: AuthorizationState, _ seals: [SealingKey] = []) -> SigningKeys {
    SigningKeys(state, seals: seals, overlap: .seconds(630))
  }

  static func published(_ keys: SigningKeys, at time: WallTime) throws -> [String] {
    let document = try #require(try JSONParser.parse(try keys.document(now: time)).object)
    guard case .array(let all)? = document["keys"] else { return [] }
    return all.compactMap { $0.object?["kid"]?.string }
  }

  /// The first start makes a key, and a later one finds it.
  @Test(arguments: [[], [seal]])
  func aKeyOutlivesTheProcess(_ seals: [SealingKey]) throws {
    let state = try AuthorizationState(path: ":memory:")
    let id = try Self.keys(state, seals).current(now: Self.now).id
    #expect(try Self.keys(state, seals).current(now: Self.now).id == id)
    #expect(try Self.published(Self.keys(state, seals), at: Self.now) == [id])
  }

  /// A token of the old key is valid until it expires, and no longer.
  @Test func aRetiredKeyIsPublishedUntilItsTokensHaveExpired() throws {
    let state = try AuthorizationState(path: ":memory:")
    let keys = Self.keys(state)
    let old = try keys.current(now: Self.now).id
    try keys.rotate(now: Self.now)
    let new = try keys.current(now: Self.now).id
    #expect(new != old)
    #expect(try Self.published(keys, at: Self.now + .seconds(629)) == [new, old])
    #expect(try Self.published(keys, at: Self.now + .seconds(630)) == [new])
  }

  /// What another object on the same state has rotated is used from the next call on.
  @Test func aRotationElsewhereIsSeenAtOnce() throws {
    let folder = try TemporaryFolder()
    let path = folder.path()
    let (one, two) = (
      Self.keys(try AuthorizationState(path: path)), Self.keys(try AuthorizationState(path: path))
    )
    #expect(try one.current(now: Self.now).id == two.current(now: Self.now).id)
    try one.rotate(now: Self.now)
    #expect(try two.current(now: Self.now).id == one.current(now: Self.now).id)
  }

  /// A copy of the state alone signs nothing.
  /// ATTACKS O86
  @Test func aSealedKeyIsNotInTheState() throws {
    let state = try AuthorizationState(path: ":memory:")
    _ = try Self.keys(state, [Self.seal]).current(now: Self.now)
    #expect(throws: SigningKeys.Failure.sealed) { try Self.keys(state).current(now: Self.now) }
    #expect(throws: SigningKeys.Failure.sealed) {
      try Self.keys(state, [Self.other]).current(now: Self.now)
    }
  }

  /// The key of the state is replaced: the one before still opens.
  @Test func theKeyBeforeOpens() throws {
    let state = try AuthorizationState(path: ":memory:")
    let id = try Self.keys(state, [Self.seal]).current(now: Self.now).id
    #expect(try Self.keys(state, [Self.other, Self.seal]).current(now: Self.now).id == id)
  }

  /// Whoever can write to the file, but does not know the key of the state, adds no key.
  /// ATTACKS O86
  @Test func aKeyThatSomebodyAddedIsRefused() throws {
    let state = try AuthorizationState(path: ":memory:")
    let added = SigningKey()
    try state.addKey(
      StoredSigningKey(
        id: ES256Key(added).id, privateKey: [0] + added.der, createdAt: Self.now))
    #expect(throws: SigningKeys.Failure.sealed) {
      try Self.keys(state, [Self.seal]).current(now: Self.now)
    }
  }

  /// The same, with a key that would be published for a while: it verifies nothing.
  @Test func aKeyThatSomebodyAddedAsRetiredIsNotPublished() throws {
    let state = try AuthorizationState(path: ":memory:")
    let id = try Self.keys(state, [Self.seal]).current(now: Self.now).id
    let added = SigningKey()
    let name = ES256Key(added).id
    try state.addKey(
      StoredSigningKey(id: name, privateKey: [0] + added.der, createdAt: Self.now))
    #expect(try state.retire(name, at: Self.now))
    #expect(try Self.published(Self.keys(state, [Self.seal]), at: Self.now) == [id])
  }

  /// Servers that have the right key of the state could not open the new key.
  @Test func aRotationWithAnotherKeyOfTheStateNeedsForce() throws {
    let state = try AuthorizationState(path: ":memory:")
    let id = try Self.keys(state, [Self.seal]).current(now: Self.now).id
    for seals in [[], [Self.other]] {
      #expect(throws: SigningKeys.Failure.sealed) {
        try Self.keys(state, seals).rotate(now: Self.now)
      }
    }
    #expect(try Self.published(Self.keys(state, [Self.seal]), at: Self.now) == [id])
    #expect(try Self.keys(state, [Self.other]).rotate(now: Self.now, isForced: true) == 1)
    let new = try Self.keys(state, [Self.other]).current(now: Self.now).id
    #expect(try Self.published(Self.keys(state, [Self.other]), at: Self.now) == [new])
  }

  /// A row that was moved to the name of another key.
  /// ATTACKS O86
  @Test(arguments: [[], [seal]])
  func aKeyUnderAnotherNameIsRefused(_ seals: [SealingKey]) throws {
    let state = try AuthorizationState(path: ":memory:")
    _ = try Self.keys(state, seals).current(now: Self.now)
    let stored = try #require(try state.keys().first)
    let moved = try AuthorizationState(path: ":memory:")
    try moved.addKey(
      StoredSigningKey(id: "other", privateKey: stored.privateKey, createdAt: Self.now))
    #expect(throws: SigningKeys.Failure.sealed) {
      try Self.keys(moved, seals).current(now: Self.now)
    }
  }
}
