private import Support
private import Synchronization

/// The registry of one process. A restart forgets it, and with it every refresh token.
///
/// Its memory is bounded. Past `maximumFamilies` the families that end first are forgotten, whose
/// refresh tokens are then refused. A revocation is forgotten once the token would have expired.
/// All that is revoked of one family is one entry, of at most `maximumPerFamily` tokens: past that
/// the family ends, so that nobody fills the registry with the tokens of one family (ATTACKS T35).
/// Past `maximumRevocations` entries those of the oldest tokens are forgotten, and from then on
/// every token that was issued no later than the youngest of those is refused: it fails closed.
package final class InMemoryTokenRegistry: TokenRegistry {
  private static let maximumPerFamily = 16

  /// What is revoked of one family: single tokens, or all of them.
  private struct Revocation {
    /// When each revoked token is over; `nil` where the whole family is revoked.
    var tokens: [TokenID: Int]?
    /// Of the youngest of them.
    var issuedAt: Int
    /// When the last of them is over.
    var until: Int
  }

  private struct State {
    var families: [TokenID: TokenFamily] = [:]
    /// By family; a token without one stands for itself.
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

  package func revoke(
    _ token: TokenID, of family: TokenID?, issuedAt: Int, until: Int, accessUntil: Int, now: Int
  ) {
    state.withLock { state in
      guard until > now else { return }
      guard let family else {
        return record(
          Revocation(tokens: nil, issuedAt: issuedAt, until: until), of: token, now: now, in: &state
        )
      }
      var known =
        state.revoked[family] ?? Revocation(tokens: [:], issuedAt: issuedAt, until: until)
      guard var tokens = known.tokens, tokens[token] == nil else { return }
      if tokens.count >= Self.maximumPerFamily { tokens = tokens.filter { $0.value > now } }
      // ATTACKS T35
      guard tokens.count < Self.maximumPerFamily else {
        return end(family, accessUntil: accessUntil, now: now, in: &state)
      }
      tokens[token] = until
      known.tokens = tokens
      known.issuedAt = max(known.issuedAt, issuedAt)
      known.until = max(known.until, until)
      record(known, of: family, now: now, in: &state)
    }
  }

  package func end(_ family: TokenID, accessUntil: Int, now: Int) {
    state.withLock { end(family, accessUntil: accessUntil, now: now, in: &$0) }
  }

  package var hasRevoked: Bool {
    state.withLock { !$0.revoked.isEmpty || $0.refusedUntil != nil }
  }

  package func isRevoked(_ token: TokenID, of family: TokenID?, issuedAt: Int) -> Bool {
    state.withLock { state in
      if let refusedUntil = state.refusedUntil, issuedAt <= refusedUntil { return true }
      guard let revocation = state.revoked[family ?? token] else { return false }
      guard let tokens = revocation.tokens else { return true }
      return tokens[token] != nil
    }
  }

  private func check(
    _ token: TokenID, of name: TokenID, accessUntil: Int, now: Int, in state: inout State
  ) throws(AuthenticationFailure) -> TokenFamily {
    guard let family = state.families[name] else { throw .unknownFamily }
    guard family.current == token else {
      end(name, accessUntil: accessUntil, now: now, in: &state)
      throw .replayedToken
    }
    return family
  }

  private func end(_ family: TokenID, accessUntil: Int, now: Int, in state: inout State) {
    state.families[family] = nil
    let known = state.revoked[family]
    let new = Revocation(
      tokens: nil, issuedAt: max(now, known?.issuedAt ?? now),
      until: max(accessUntil, known?.until ?? accessUntil))
    record(new, of: family, now: now, in: &state)
  }

  private func record(_ new: Revocation, of name: TokenID, now: Int, in state: inout State) {
    state.revoked[name] = new
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
