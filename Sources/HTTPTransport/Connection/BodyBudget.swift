private import Support
private import Synchronization

/// The limit of the bytes of request bodies that all connections of a server hold at one time
/// (ATTACKS R13).
final class BodyBudget: Sendable {
  private let limit: Int
  private let used = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// The number of bytes that are charged now.
  var charged: Int { used.withLock { $0 } }

  /// Charges `count` bytes. Returns `false`, and charges nothing, if fewer are left.
  fileprivate func take(_ count: Int) -> Bool {
    used.withLock { used in
      guard count <= limit - used else { return false }
      used += count
      return true
    }
  }

  fileprivate func give(_ count: Int) { used.withLock { $0 -= count } }
}

/// The received part of a body. Its bytes are charged to the budget until `deinit`, so they are
/// released however the request ends.
final class ArrivedBody {
  private(set) var bytes: [UInt8] = []
  private let budget: BodyBudget

  init(_ budget: BodyBudget) { self.budget = budget }

  deinit { budget.give(bytes.count) }

  /// Adds bytes. Returns `false`, and adds nothing, if the bytes exceed the budget of all bodies.
  func append(_ more: some Collection<UInt8>) -> Bool {
    guard budget.take(more.count) else { return false }
    bytes.append(contentsOf: more)
    return true
  }
}
