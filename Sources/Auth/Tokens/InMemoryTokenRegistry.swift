private import Support
private import Synchronization

/// The registry of one process. A restart forgets it, and with it every refresh token.
///
/// Its memory is bounded. Past `maximumFamilies` the families that end first are forgotten, whose
/// refresh tokens are then refused. A revocation is forgotten once the token would have expired.
/// Past `maximumRevocations` the oldest tokens' are forgotten, and from then on every token that was
/// issued no later than the youngest of those is refused: it fails closed.
package final class InMemoryTokenRegistry: TokenRegistry {
  private struct Revocation {
    let issuedAt: Int
    let until: Int
  }

  private struct State {
    var families: [TokenID: TokenFamily] = [:]
    /// Tokens and families.
    var revoked: [TokenID: Revocation] = [:]
    /// Tokens issued until this time are refused: some of them were revoked, and which is forgotten.
    var refusedUntil: Int?
    /// How many revocations there may be before those that are over are looked for.
    var sweepAt = 1024
  }

  private let maximumFamilies: Int
  private let maximumRevocations: Int
  private let state = Mutex(State())

  package init(maximumFamilies: Int = 100_000, maximumRevocations: Int = 100_000) {
    self.maximumFamilies = maximumFamilies
    self.maximumRevocations = maximumRevocations
  }

  package var familyCount: Int { state.withLock { $0.families.count } }
  package var revocationCount: Int { state.withLock { $0.revoked.count } }

  package func begin(_ name: TokenID, _ family: TokenFamily, now: Int) {
    state.withLock { state in
      if state.families.count >= maximumFamilies { makeRoom(in: &state, now: now) }
      state.families[name] = family
    }
  }

  package func check(_ token: TokenID, of name: TokenID, accessUntil: Int, now: Int)
    throws(AuthenticationFailure) -> TokenFamily
  {
    try state.withLock { (state) throws(AuthenticationFailure) in
      try check(token, of: name, accessUntil: accessUntil, now: now, in: &state)
    }
  }

  package func rotate(
    _ name: TokenID, from token: TokenID, to next: TokenID, accessUntil: Int, now: Int
  ) throws(AuthenticationFailure) {
    try state.withLock { (state) throws(AuthenticationFailure) in
      var family = try check(token, of: name, accessUntil: accessUntil, now: now, in: &state)
      family.current = next
      state.families[name] = family
    }
  }

  package func revoke(_ id: TokenID, issuedAt: Int, until: Int, now: Int) {
    state.withLock { revoke(id, Revocation(issuedAt: issuedAt, until: until), now: now, in: &$0) }
  }

  package var hasRevoked: Bool {
    state.withLock { !$0.revoked.isEmpty || $0.refusedUntil != nil }
  }

  package func isRevoked(_ id: TokenID, issuedAt: Int) -> Bool {
    state.withLock { state in
      if let refusedUntil = state.refusedUntil, issuedAt <= refusedUntil { return true }
      return state.revoked[id] != nil
    }
  }

  private func check(
    _ token: TokenID, of name: TokenID, accessUntil: Int, now: Int, in state: inout State
  ) throws(AuthenticationFailure) -> TokenFamily {
    guard let family = state.families[name] else { throw .unknownFamily }
    guard family.current == token else {
      revoke(name, Revocation(issuedAt: now, until: accessUntil), now: now, in: &state)
      throw .replayedToken
    }
    return family
  }

  private func revoke(
    _ id: TokenID, _ new: Revocation, now: Int, in state: inout State
  ) {
    state.families[id] = nil
    guard new.until > now else { return }
    let known = state.revoked[id] ?? new
    state.revoked[id] = Revocation(
      issuedAt: max(new.issuedAt, known.issuedAt), until: max(new.until, known.until))
    // Each sweep is paid for by as many revocations.
    if state.revoked.count >= min(state.sweepAt, maximumRevocations) { sweep(&state, now: now) }
  }

  /// Forgets the revocations that are over or, if that is too few, the quarter of the tokens that
  /// were issued first.
  private func sweep(_ state: inout State, now: Int) {
    state.revoked = state.revoked.filter { $0.value.until > now }
    let kept = maximumRevocations * 3 / 4
    if state.revoked.count > kept {
      let times = state.revoked.values.map(\.issuedAt).sorted()
      let last = times[times.count - kept - 1]
      state.refusedUntil = max(last, state.refusedUntil ?? last)
      state.revoked = state.revoked.filter { $0.value.issuedAt > last }
    }
    state.sweepAt = max(1024, 2 * state.revoked.count)
  }

  /// Forgets the families that are over or, if that is too few, the quarter that ends first.
  private func makeRoom(in state: inout State, now: Int) {
    state.families = state.families.filter { $0.value.endsAt > now }
    guard state.families.count > maximumFamilies * 3 / 4 else { return }
    let ends = state.families.values.map(\.endsAt).sorted()
    let limit = ends[min(maximumFamilies / 4, ends.count - 1)]
    var excess = state.families.count - maximumFamilies * 3 / 4
    state.families = state.families.filter { _, family in
      guard family.endsAt <= limit, excess > 0 else { return true }
      excess -= 1
      return false
    }
  }
}
