package import Auth
internal import HTTPTransport

/// How often somebody may call, and how often an address may fail. `nil` is without a limit.
package struct Limits: Sendable {
  private let requests: BucketTable?
  private let failures: BucketTable?
  /// Each response has it, so it is written once.
  private let policyField: String

  package init(requests: RateLimit?, failures: RateLimit?) {
    self.init(
      requests: requests.map { BucketTable(limit: $0) },
      failures: failures.map { BucketTable(limit: $0) })
  }

  init(requests: BucketTable?, failures: BucketTable?) {
    self.requests = requests
    self.failures = failures
    policyField = requests?.limit.policyField ?? ""
  }

  /// Whether the address may try at all; looked at before any credential is.
  /// - Throws: `Refusal.tooManyFailures`
  func checkFailures(of client: IPAddress, at now: Int) throws(Refusal) {
    guard let decision = failures?.peek(BucketKey(client), at: now), !decision.isAllowed else {
      return
    }
    throw .tooManyFailures(decision)
  }

  /// Counts a failed attempt. Several may be under way at once: whoever comes to an empty bucket
  /// is told no more than that.
  /// - Throws: `Refusal.tooManyFailures`
  func countFailure(of client: IPAddress, at now: Int) throws(Refusal) {
    guard let decision = failures?.take(BucketKey(client), at: now), !decision.isAllowed else {
      return
    }
    throw .tooManyFailures(decision)
  }

  /// Takes a token of the identity's, however it comes; guests are told apart by their address.
  func take(for identity: Identity, at client: IPAddress, now: Int) -> RateDecision? {
    guard let requests else { return nil }
    let key = identity.method == .guest ? BucketKey(client) : BucketKey(identity)
    return requests.take(key, at: now)
  }

  /// What every response says of the caller's bucket.
  func add(_ decision: RateDecision, to fields: inout [(name: String, value: String)]) {
    fields.append(("RateLimit-Policy", policyField))
    fields.append(("RateLimit", decision.field))
  }
}

extension BucketKey {
  fileprivate init(_ client: IPAddress) { self.init(address: client.rateLimitPrefix) }
}
