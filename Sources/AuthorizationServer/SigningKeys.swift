package import Crypto
package import JOSE
private import JSON
package import State
package import Support
private import Synchronization

/// The keys that sign access tokens, as the state has them. It makes the first one.
///
/// A key that another process has added or retired is used from the next call on.
package final class SigningKeys: Sendable {
  package enum Failure: Error, Sendable, Equatable {
    case state(StateError)
    /// No key of the settings opens what is stored, or it was changed.
    case sealed
  }

  private struct Known {
    let version: Int
    let current: ES256Key
    /// All keys whose tokens may still be valid.
    let published: [ES256Key]
    /// The first time at which `published` has a key too many.
    let until: WallTime?
    /// By their identifiers.
    let opened: [String: ES256Key]
  }

  private let state: AuthorizationState
  /// The first seals; all open. Empty: keys are stored as they are.
  private let seals: [SealingKey]
  /// How long a token may be valid that a retired key has signed.
  private let overlap: Duration
  private let known = Mutex<Known?>(nil)

  /// - Parameters:
  ///   - seals: the current key of the state, and the one before.
  ///   - overlap: the lifetime of an access token and the leeway of those who verify it.
  package init(_ state: AuthorizationState, seals: [SealingKey], overlap: Duration) {
    self.state = state
    self.seals = seals
    self.overlap = overlap
  }

  /// The key that signs.
  package func current(now: WallTime) throws(Failure) -> ES256Key { try read(now).current }

  /// The JWK set (RFC 7517 §5).
  package func document(now: WallTime) throws(Failure) -> [UInt8] {
    let keys: JSONValue = ["keys": .array(try read(now).published.map(\.publicJWK))]
    return keys.serialized()
  }

  /// Makes a new key and retires the others. Their tokens stay valid until they expire.
  ///
  /// The tokens of a key that was stored unsealed are valid no more, if there is a key for the state now.
  /// - Parameter isForced: also if a key is sealed that does not open.
  /// - Returns: how many of the keys that are retired now do not open, so that their tokens end.
  /// - Throws: `sealed`: servers that can open the key would not open the new one.
  @discardableResult
  package func rotate(now: WallTime, isForced: Bool = false) throws(Failure) -> Int {
    let lost: [StoredSigningKey]
    do throws(StateError) {
      _ = try state.dropKeys(retiredBefore: now - overlap)
      let old = try state.keys().filter { $0.retiredAt == nil }
      lost = old.filter { (try? open($0)) == nil }
      if isForced || lost.allSatisfy(Self.isUnsealed) {
        try state.addKey(make(now))
        for key in old { _ = try state.retire(key.id, at: now) }
        known.withLock { $0 = nil }
        return lost.count
      }
    } catch {
      throw .state(error)
    }
    throw .sealed
  }

  private func read(_ now: WallTime) throws(Failure) -> Known {
    let (version, stored): (Int, [StoredSigningKey])
    do throws(StateError) {
      version = try state.dataVersion()
      if let known = known.withLock({ $0 }), known.version == version,
        known.until.map({ now < $0 }) ?? true
      {
        return known
      }
      if try !state.keys().contains(where: { $0.retiredAt == nil }) {
        // Another process may be faster: then its key is the first.
        try state.addKey(make(now), onlyAsFirst: true)
      }
      stored = try state.keys()
    } catch {
      throw .state(error)
    }
    let ends = stored.map { $0.retiredAt.map { $0 + overlap } }
    let before = known.withLock { $0?.opened ?? [:] }
    var opened: [String: ES256Key] = [:]
    var current: ES256Key?
    var published: [ES256Key] = []
    for (stored, end) in zip(stored, ends) where end.map({ now < $0 }) ?? true {
      let key: ES256Key
      if let known = before[stored.id] {
        key = known
      } else {
        do throws(Failure) { key = try open(stored) } catch {
          // It was retired because it does not open. Its tokens have ended.
          guard end == nil else { continue }
          throw error
        }
      }
      opened[stored.id] = key
      published.append(key)
      if end == nil, current == nil { current = key }
    }
    guard let current else { throw .state(.damaged) }
    let new = Known(
      version: version, current: current, published: published,
      until: ends.compactMap { $0.flatMap { now < $0 ? $0 : nil } }.min(),
      opened: opened)
    known.withLock { $0 = new }
    return new
  }

  private func open(_ key: StoredSigningKey) throws(Failure) -> ES256Key {
    let der: [UInt8]? =
      switch key.privateKey.first {
      // With a key for the state, nothing is accepted that somebody has stored without it.
      case 0 where seals.isEmpty: Array(key.privateKey.dropFirst())
      case 1:
        seals.lazy.compactMap {
          $0.open(Array(key.privateKey.dropFirst()), for: Self.place(key.id))
        }.first
      default: nil
      }
    guard let der, let opened = (try? SigningKey(der: der)).map(ES256Key.init),
      opened.id.hasSameBytes(as: key.id)
    else { throw .sealed }
    return opened
  }

  private static func isUnsealed(_ key: StoredSigningKey) -> Bool { key.privateKey.first == 0 }

  /// A new key, sealed if there is a key for it.
  private func make(_ now: WallTime) -> StoredSigningKey {
    let key = SigningKey()
    let id = ES256Key(key).id
    let bytes = seals.first.map { [1] + $0.seal(key.der, for: Self.place(id)) } ?? [0] + key.der
    return StoredSigningKey(id: id, privateKey: bytes, createdAt: now)
  }

  private static func place(_ id: String) -> String { "signing_keys/\(id)" }
}
