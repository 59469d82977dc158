package import Auth
internal import HTTPTransport
package import Support

/// The rate limit of identities, and the failure limit of addresses. `nil` means no limit.
package struct Limits: Sendable {
  private let requests: BucketTable?
  private let failures: AddressLimit?

  package init(requests: RateLimit?, failures: RateLimit?) {
    self.init(
      requests: requests.map { BucketTable(limit: $0) },
      failures: failures.map { AddressLimit($0) })
  }

  init(requests: BucketTable?, failures: AddressLimit?) {
    self.requests = requests
    self.failures = failures
  }

  /// Charges an attempt to the client's address, before the check or after its failure.
  /// - Throws: `HTTPProblem.tooManyFailures`. Then nothing is charged.
  func charge(_ client: IPAddress, at now: MonotonicTime) throws(HTTPProblem) {
    if let decision = failures?.charge(client, at: now) { throw .tooManyFailures(decision) }
  }

  /// The same for other modules.
  /// - Returns: whether the client may make the attempt.
  package func mayTry(_ client: IPAddress, at now: MonotonicTime) -> Bool {
    failures?.charge(client, at: now) == nil
  }

  /// Refunds an attempt that did not fail.
  package func refund(_ client: IPAddress) { failures?.refund(client) }

  /// Takes a token of the identity's bucket, from whatever address it calls. Guests have a bucket
  /// for each address.
  func take(for identity: Identity, at client: IPAddress, now: MonotonicTime) -> RateDecision? {
    guard let requests else { return nil }
    let key = identity.method == .guest ? BucketKey(client) : BucketKey(identity)
    return requests.take(key, at: now)
  }
}

extension BucketKey {
  init(_ client: IPAddress) { self.init(address: client.rateLimitPrefix) }
}
