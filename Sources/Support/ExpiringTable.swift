/// Values that expire, in bounded memory. A new value removes the expired ones at the front of the
/// queue, and the oldest one if there are too many. No step examines all entries.
package struct ExpiringTable<Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    var until: MonotonicTime
  }

  private let capacity: Int
  private var entries: [Bits128: Entry] = [:]
  /// The keys of `entries`, the oldest first, after `first` keys that were removed.
  private var queue: [Bits128] = []
  private var first = 0

  package init(capacity: Int) { self.capacity = capacity }

  package var count: Int { entries.count }
  /// The memory of the queue, in keys.
  package var queueLength: Int { queue.count }

  /// `nil` for a value that has expired.
  package func value(_ key: Bits128, at now: MonotonicTime) -> Value? {
    guard let entry = entries[key], now < entry.until else { return nil }
    return entry.value
  }

  package mutating func insert(
    _ value: Value, for key: Bits128, until: MonotonicTime, now: MonotonicTime
  ) {
    while first < queue.count, let oldest = entries[queue[first]], oldest.until <= now {
      removeOldest()
    }
    if entries[key] == nil {
      if entries.count >= capacity { removeOldest() }  // ATTACKS O26
      queue.append(key)
    }
    entries[key] = Entry(value: value, until: until)
  }

  private mutating func removeOldest() {
    entries[queue[first]] = nil
    first += 1
    guard first >= 64, first * 2 >= queue.count else { return }
    queue.removeFirst(first)
    first = 0
  }
}
