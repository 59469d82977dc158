package import Auth
internal import HTTPTransport
package import Support

/// Limits failed attempts to authenticate, and requests that need no credential, by address and by
/// the networks around the address.
///
/// A client with a /56 or a /48 of IPv6 has 256 or 65,536 addresses of size /64. So these networks
/// have buckets too, which are larger because several clients may share a network (ATTACKS R11).
package struct AddressLimit: Sendable {
  /// The factor of the bucket size: for an address (a /64 of IPv6), a /56 and a /48.
  private static let factors = [1, 4, 16]

  /// One table for the addresses, and one for each size of network.
  let tables: [BucketTable]

  package init(_ limit: RateLimit) {
    tables = Self.factors.map { BucketTable(limit: limit.multiplied(by: $0)) }
  }

  /// Takes a token of every bucket, or of none.
  /// - Returns: `nil` if every bucket had a token; otherwise the decision with the longest wait.
  package func charge(_ client: IPAddress, at now: MonotonicTime) -> RateDecision? {
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

  /// Returns the tokens that `charge` took.
  func refund(_ client: IPAddress) {
    for (table, key) in zip(tables, Self.keys(client)) { table.refund(key) }
  }

  private static func keys(_ client: IPAddress) -> [BucketKey] {
    client.rateLimitPrefixes.map(BucketKey.init(address:))
  }
}
