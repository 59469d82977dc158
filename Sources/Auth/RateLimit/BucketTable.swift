package import Support
private import Synchronization

/// A token bucket for each caller, in bounded memory.
///
/// A full bucket carries no information. Each new caller removes a few full buckets, so the table
/// needs no timer. If `capacity` buckets are in use, all new callers share one bucket. An attacker
/// with a million addresses then gains at most that one bucket, uses no further memory and evicts
/// no caller (R5). Swift seeds its hashes at random for each process, so nobody can choose keys
/// that collide.
package final class BucketTable: Sendable {
  /// The number of buckets that each new caller examines: `capacity / 8` new callers examine all of
  /// them.
  private static let sweep = 8

  private struct State {
    /// The index of each bucket in `entries`.
    var places: [BucketKey: Int] = [:]
    var entries: [Entry] = []
    /// The index that is examined next.
    var cursor = 0
    var shared = TokenBucket()

    /// Removes the full ones among the next few buckets. The last bucket moves to the index of a
    /// removed one.
    mutating func makeRoom(at now: MonotonicTime, limit: RateLimit) {
      for _ in 0..<min(BucketTable.sweep, entries.count) {
        if cursor >= entries.count { cursor = 0 }
        guard entries[cursor].bucket.isFull(at: now, limit: limit) else {
          cursor += 1
          continue
        }
        places[entries[cursor].key] = nil
        let last = entries.removeLast()
        if cursor < entries.count {
          entries[cursor] = last
          places[last.key] = cursor
        }
      }
    }
  }

  private struct Entry {
    let key: BucketKey
    var bucket: TokenBucket
  }

  package let limit: RateLimit
  private let capacity: Int
  private let state = Mutex(State())

  package init(limit: RateLimit, capacity: Int = 100_000) {
    self.limit = limit
    self.capacity = capacity
  }

  package var count: Int { state.withLock { $0.entries.count } }

  /// Takes a token from the caller's bucket, if there is one.
  package func take(_ key: BucketKey, at now: MonotonicTime) -> RateDecision {
    state.withLock { state in
      if let place = state.places[key] {
        return state.entries[place].bucket.take(at: now, limit: limit)
      }
      state.makeRoom(at: now, limit: limit)
      guard state.entries.count < capacity else { return state.shared.take(at: now, limit: limit) }
      var bucket = TokenBucket()
      let decision = bucket.take(at: now, limit: limit)
      state.places[key] = state.entries.count
      state.entries.append(Entry(key: key, bucket: bucket))
      return decision
    }
  }

  /// Returns a token that the caller has taken. If the caller has no bucket of its own, the token
  /// goes back to the shared bucket.
  package func refund(_ key: BucketKey) {
    state.withLock { state in
      if let place = state.places[key] {
        state.entries[place].bucket.refund(limit: limit)
      } else if state.entries.count >= capacity {
        state.shared.refund(limit: limit)
      }
    }
  }

  /// The decision that `take` would make, without taking a token and without adding a bucket.
  package func peek(_ key: BucketKey, at now: MonotonicTime) -> RateDecision {
    state.withLock { state in
      if let place = state.places[key] {
        return state.entries[place].bucket.peek(at: now, limit: limit)
      }
      if state.entries.count >= capacity { state.makeRoom(at: now, limit: limit) }
      let bucket = state.entries.count < capacity ? TokenBucket() : state.shared
      return bucket.peek(at: now, limit: limit)
    }
  }
}
