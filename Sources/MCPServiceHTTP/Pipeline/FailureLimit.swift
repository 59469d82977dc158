internal import Auth
internal import HTTPTransport
internal import Support

/// How often attempts to authenticate may fail: those of one address, and of the networks around it.
///
/// Somebody who has a /56 or a /48 of IPv6 has 256 or 65,536 times what counts as one address: so
/// these have buckets of their own, which are larger because several may share them (ATTACKS R11).
struct FailureLimit: Sendable {
  /// How much larger: for an address, which of IPv6 is a /64, for a /56 and for a /48.
  private static let factors = [1, 4, 16]

  /// Of the addresses and of each kind of network.
  let tables: [BucketTable]

  init(_ limit: RateLimit) {
    tables = Self.factors.map { BucketTable(limit: limit.multiplied(by: $0)) }
  }

  /// Takes a token of each bucket, or none at all.
  /// - Returns: `nil` where all had one, else the decision of the bucket that takes longest to have
  ///   one again.
  func charge(_ client: IPAddress, at now: MonotonicTime) -> RateDecision? {
    let keys = Self.keys(client)
    for (place, key) in keys.enumerated() {
      let decision = tables[place].take(key, at: now)
      if decision.isAllowed { continue }
      for narrower in 0..<place { tables[narrower].refund(keys[narrower]) }
      let wider = (place + 1..<keys.count).map { tables[$0].peek(keys[$0], at: now) }
      return wider.reduce(decision) { $0.retryAfter < $1.retryAfter ? $1 : $0 }
    }
    return nil
  }

  /// Gives back what `charge` took.
  func refund(_ client: IPAddress) {
    for (table, key) in zip(tables, Self.keys(client)) { table.refund(key) }
  }

  private static func keys(_ client: IPAddress) -> [BucketKey] {
    client.rateLimitPrefixes.map(BucketKey.init(address:))
  }
}
