private import Synchronization

/// The registry of one process. A restart forgets it, and with it every refresh token.
///
/// It holds nothing that is over, and at most `maximumFamilies`: past that the families that end
/// first are forgotten, whose refresh tokens are then refused. What was revoked is never forgotten
/// before its time.
package final class InMemoryTokenRegistry: TokenRegistry {
  private struct Family {
    var current: TokenID
    var expiresAt: Int
  }

  private struct State {
    var families: [TokenID: Family] = [:]
    /// Tokens and families, each with the time when its last token is over.
    var revoked: [TokenID: Int] = [:]
    /// How many revocations there may be before those that are over are looked for.
    var sweepAt = 1024
  }

  private let maximumFamilies: Int
  private let state = Mutex(State())

  package init(maximumFamilies: Int = 100_000) { self.maximumFamilies = maximumFamilies }

  package var familyCount: Int { state.withLock { $0.families.count } }
  package var revocationCount: Int { state.withLock { $0.revoked.count } }

  package func begin(_ family: TokenID, with token: TokenID, expiresAt: Int, now: Int) {
    state.withLock { state in
      if state.families.count >= maximumFamilies { makeRoom(in: &state, now: now) }
      state.families[family] = Family(current: token, expiresAt: expiresAt)
    }
  }

  package func rotate(
    _ family: TokenID, from token: TokenID, to next: TokenID, expiresAt: Int, accessUntil: Int,
    now: Int
  ) throws(AuthenticationFailure) {
    try state.withLock { (state) throws(AuthenticationFailure) in
      guard let known = state.families[family] else { throw .unknownFamily }
      guard known.current == token else {
        revoke(family, until: accessUntil, now: now, in: &state)
        throw .replayedToken
      }
      state.families[family] = Family(current: next, expiresAt: expiresAt)
    }
  }

  package func revoke(_ id: TokenID, until: Int, now: Int) {
    state.withLock { revoke(id, until: until, now: now, in: &$0) }
  }

  package var hasRevoked: Bool { state.withLock { !$0.revoked.isEmpty } }

  package func isRevoked(_ id: TokenID) -> Bool { state.withLock { $0.revoked[id] != nil } }

  package func isCurrent(_ token: TokenID, of family: TokenID) -> Bool {
    state.withLock { $0.families[family]?.current == token }
  }

  private func revoke(_ id: TokenID, until: Int, now: Int, in state: inout State) {
    state.families[id] = nil
    guard until > now else { return }
    state.revoked[id] = max(until, state.revoked[id] ?? 0)
    if state.revoked.count >= state.sweepAt {  // each sweep is paid for by as many revocations
      state.revoked = state.revoked.filter { $0.value > now }
      state.sweepAt = max(1024, 2 * state.revoked.count)
    }
  }

  /// Forgets the families that are over or, if that is too few, the quarter that ends first.
  private func makeRoom(in state: inout State, now: Int) {
    state.families = state.families.filter { $0.value.expiresAt > now }
    guard state.families.count > maximumFamilies * 3 / 4 else { return }
    let ends = state.families.values.map(\.expiresAt).sorted()
    let limit = ends[min(maximumFamilies / 4, ends.count - 1)]
    var excess = state.families.count - maximumFamilies * 3 / 4
    state.families = state.families.filter { _, family in
      guard family.expiresAt <= limit, excess > 0 else { return true }
      excess -= 1
      return false
    }
  }
}
