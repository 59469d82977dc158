import Support
import TestSupport
import Testing

@testable import Auth

struct BucketTableTests {
  let limit = RateLimit(count: 1, period: .second, burst: 2)

  func key(_ number: Int) -> BucketKey { BucketKey(address: Bits128(UInt128(number))) }

  @Test func eachCallerHasABucket() {
    let table = BucketTable(limit: limit)
    for caller in 1...3 {
      #expect(table.take(key(caller), at: 0).isAllowed)
      #expect(table.take(key(caller), at: 0).isAllowed)
      #expect(!table.take(key(caller), at: 0).isAllowed)
      #expect(!table.peek(key(caller), at: 0).isAllowed)
    }
    #expect(table.take(key(1), at: 1_000_000_000).isAllowed)
  }

  /// R6: `peek` creates no bucket.
  @Test func lookingMintsNoBucket() {
    let table = BucketTable(limit: limit)
    #expect(table.peek(key(1), at: 0).remaining == 2)
    #expect(table.count == 0)
  }

  @Test func aRefundGivesBackOneToken() {
    let table = BucketTable(limit: limit, capacity: 1)
    for key in [key(1), key(2)] {  // the second one shares the bucket of newcomers
      for _ in 0..<2 { #expect(table.take(key, at: 0).isAllowed) }
      #expect(!table.take(key, at: 0).isAllowed)
      table.refund(key)
      #expect(table.take(key, at: 0).isAllowed)
      #expect(!table.take(key, at: 0).isAllowed)
    }
  }

  /// A refund after the token was replaced does not overfill the bucket.
  @Test func aRefundFillsNoBucketBeyondItsSize() {
    let table = BucketTable(limit: limit)
    #expect(table.take(key(1), at: 0).isAllowed)
    table.refund(key(1))
    table.refund(key(1))
    #expect(table.peek(key(1), at: 0).remaining == 2)
    table.refund(key(2))
    #expect(table.count == 1, "a refund mints no bucket")
  }

  /// R5: callers over the limit share a bucket. Callers who already have one are not affected.
  @Test func aMillionAddressesAreBounded() {
    let table = BucketTable(limit: limit, capacity: 100)
    #expect(table.take(key(0), at: 0).isAllowed)
    var allowed = 0
    for caller in 1...10_000 where table.take(key(caller), at: 0).isAllowed { allowed += 1 }
    #expect(table.count == 100)
    #expect(allowed == 99 + limit.burst)
    #expect(!table.peek(key(20_000), at: 0).isAllowed)
    #expect(table.take(key(0), at: 0).isAllowed)
    #expect(!table.take(key(0), at: 0).isAllowed)
  }

  /// Only a full bucket is removed for a new caller.
  @Test func fullBucketsAreForgotten() {
    let table = BucketTable(limit: limit, capacity: 100)
    for caller in 0..<100 { _ = table.take(key(caller), at: 0) }
    _ = table.take(key(7), at: 0)  // not full until 2 s
    for caller in 100..<200 {
      #expect(table.take(key(caller), at: 1_000_000_000).remaining == 1)
    }
    #expect(table.count <= 100)
    #expect(table.peek(key(7), at: 1_000_000_000).remaining == 1)
  }

  /// The table removes buckets and the oracle does not. Both decide the same.
  @Test func forgettingChangesNothing() {
    var random = SplitMix64(seed: 3)
    let table = BucketTable(limit: limit, capacity: 1000)
    var buckets: [Int: TokenBucket] = [:]
    var now: MonotonicTime = 0
    for _ in 0..<20_000 {
      now = now + .nanoseconds(Int.random(in: 0...20_000_000, using: &random))
      let caller = Int.random(in: 0..<300, using: &random)
      let expected = buckets[caller, default: TokenBucket()].take(at: now, limit: limit)
      #expect(table.take(key(caller), at: now) == expected)
    }
    #expect(table.count < 300)
  }

  /// R7: a key contains the subject and the method.
  @Test func aKeyIsWhoAndHow() throws {
    func key(_ subject: Subject, _ method: Identity.Method, _ role: Role = .basic) -> BucketKey {
      BucketKey(Identity(subject: subject, method: method, permissions: role.permissions))
    }
    #expect(key("anshika", .jwt) == key("anshika", .jwt, .admin))
    #expect(key("anshika", .jwt) != key("anshika", .apiKey))
    #expect(key("anshika", .jwt) != key("Anshika", .jwt))
    #expect(BucketKey(address: 1) == BucketKey(address: 1))
    #expect(BucketKey(address: 1) != BucketKey(address: 2))
  }
}
