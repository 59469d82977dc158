private import Crypto
package import Support
private import Synchronization

/// Refresh families and revocations of one process, in memory. A restart removes both.
///
/// The memory is bounded:
/// - Over `maximumFamilies`, the families that end first are removed. Their refresh tokens are then
///   refused.
/// - A revocation is removed when its token would have expired.
/// - The revocations of one family are one entry with at most `maximumPerFamily` tokens. One more
///   revokes the whole family, so that the tokens of one family cannot fill the store (T35).
/// - Over `maximumRevocations`, the entries of the oldest tokens are removed. From then on every
///   token of their age or older is refused: the store fails closed.
///
/// The file is long because families and revocations change together, under one lock.
package final class InMemoryTokenStore: RefreshTokenStore {
  private static let maximumPerFamily = 16

  /// The first half of the SHA-256 digest of a `jti` or a family name: 16 bytes for any length.
  private struct ID: Hashable {
    private let value: Bits128
    init(_ name: String) { value = Bits128(SHA256Digest(of: name.utf8).firstHalf) }
  }

  /// The revoked tokens of one family, or the whole family.
  private struct Revocation {
    /// When each revoked token expires. `nil` if the whole family is revoked.
    var tokens: [ID: WallTime]?
    /// The time at which the youngest token was issued.
    var issuedAt: WallTime
    /// When the last token expires.
    var until: WallTime
  }

  private struct State {
    var families: [ID: TokenFamily] = [:]
    /// By family. A token without a family is a family of its own.
    var revoked: [ID: Revocation] = [:]
    /// Tokens issued until this time are refused, because some of their revocations were removed.
    var refusedUntil: WallTime?
    /// The number of revocations at which the expired ones are removed.
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

  // MARK: Refresh tokens

  package func begin(_ family: TokenFamily, named name: String, now: WallTime) async {
    state.withLock { state in
      if state.families.count >= maximumFamilies { removeFamilies(from: &state, now: now) }
      state.families[ID(name)] = family
    }
  }

  package func check(_ token: String, of family: String, accessUntil: WallTime, now: WallTime)
    async throws(AuthenticationError) -> TokenFamily
  {
    try state.withLock { (state) throws(AuthenticationError) in
      try check(token, of: ID(family), accessUntil: accessUntil, now: now, in: &state)
    }
  }

  package func rotate(
    _ token: String, to next: String, of family: String, accessUntil: WallTime, now: WallTime
  ) async throws(AuthenticationError) {
    let name = ID(family)
    try state.withLock { (state) throws(AuthenticationError) in
      var family = try check(token, of: name, accessUntil: accessUntil, now: now, in: &state)
      family.current = next
      state.families[name] = family
    }
  }

  private func check(
    _ token: String, of name: ID, accessUntil: WallTime, now: WallTime, in state: inout State
  ) throws(AuthenticationError) -> TokenFamily {
    guard let family = state.families[name] else { throw .unknownFamily }
    guard family.current.utf8.elementsEqual(token.utf8) else {
      revokeFamily(name, accessUntil: accessUntil, now: now, in: &state)
      throw .replayedToken
    }
    return family
  }

  /// Removes the families that have ended. If those are too few, it removes the quarter that ends
  /// first.
  private func removeFamilies(from state: inout State, now: WallTime) {
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

  // MARK: Revocations

  package func isRevoked(_ token: String, of family: String?, issuedAt: WallTime) async -> Bool {
    state.withLock { state in
      if let refusedUntil = state.refusedUntil, issuedAt <= refusedUntil { return true }
      // Usually there are no revocations, and then no name is hashed.
      guard !state.revoked.isEmpty, let revocation = state.revoked[ID(family ?? token)] else {
        return false
      }
      guard let tokens = revocation.tokens else { return true }
      return tokens[ID(token)] != nil
    }
  }

  package func revoke(
    _ token: String, of family: String?, issuedAt: WallTime, until: WallTime, accessUntil: WallTime,
    now: WallTime
  ) async {
    let token = ID(token)
    state.withLock { state in
      guard until > now else { return }
      guard let family = family.map(ID.init) else {
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
        return revokeFamily(family, accessUntil: accessUntil, now: now, in: &state)
      }
      tokens[token] = until
      known.tokens = tokens
      known.issuedAt = max(known.issuedAt, issuedAt)
      known.until = max(known.until, until)
      record(known, of: family, now: now, in: &state)
    }
  }

  package func revokeFamily(_ family: String, accessUntil: WallTime, now: WallTime) async {
    state.withLock { revokeFamily(ID(family), accessUntil: accessUntil, now: now, in: &$0) }
  }

  private func revokeFamily(
    _ family: ID, accessUntil: WallTime, now: WallTime, in state: inout State
  ) {
    state.families[family] = nil
    let known = state.revoked[family]
    let new = Revocation(
      tokens: nil, issuedAt: max(now, known?.issuedAt ?? now),
      until: max(accessUntil, known?.until ?? accessUntil))
    record(new, of: family, now: now, in: &state)
  }

  private func record(_ new: Revocation, of name: ID, now: WallTime, in state: inout State) {
    state.revoked[name] = new
    // The number of revocations between two sweeps is at least the number that a sweep examines.
    if state.revoked.count >= min(state.sweepAt, maximumRevocations) { sweep(&state, now: now) }
  }

  /// Removes the expired revocations. If those are too few, it removes the quarter with the oldest
  /// tokens.
  private func sweep(_ state: inout State, now: WallTime) {
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
}
