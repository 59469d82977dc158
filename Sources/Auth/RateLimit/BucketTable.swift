private import Support
private import Synchronization

/// A bucket for each caller, in bounded memory.
///
/// A full bucket says nothing and is forgotten when newcomers need its place, so that the table is
/// swept by those who fill it and needs no timer. Where `capacity` buckets are in use, all newcomers
/// share one: whoever comes with a million addresses gains no more than one bucket by the last of
/// them, fills no memory, and evicts nobody (R5).
/// Swift seeds its hashes at random for each process: nobody makes keys that collide.
package final class BucketTable: Sendable {
  /// How many buckets each newcomer looks at: all of them are seen within `capacity / 8` newcomers.
  private static let sweep = 8

  private struct State {
    /// The place of each bucket in `entries`.
    var places: [BucketKey: Int] = [:]
    var entries: [Entry] = []
    /// The place that the sweep looks at next.
    var cursor = 0
    var shared = TokenBucket()

    /// Forgets the full ones among the next few buckets; the last takes the place of each.
    mutating func makeRoom(at now: Int, limit: RateLimit) {
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

  /// Takes a token of the caller's, if one is there.
  /// - Parameter now: in nanoseconds of a monotonic clock.
  package func take(_ key: BucketKey, at now: Int) -> RateDecision {
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

  /// Gives back a token that the caller has taken. Where the caller had no bucket of its own, it
  /// goes back into the one that newcomers share.
  package func refund(_ key: BucketKey) {
    state.withLock { state in
      if let place = state.places[key] {
        state.entries[place].bucket.refund(limit: limit)
      } else if state.entries.count >= capacity {
        state.shared.refund(limit: limit)
      }
    }
  }

  /// What `take` would say, without taking and without a place for a newcomer.
  package func peek(_ key: BucketKey, at now: Int) -> RateDecision {
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
