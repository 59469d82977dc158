private import Support
private import Synchronization

/// Bounds the bytes of all answers that are kept: until they are whole, and until the client has
/// taken them.
final class AnswerBudget: Sendable {
  private let limit: Int
  private let kept = Mutex(0)

  /// - Parameter limit: in bytes.
  init(limit: Int = 64 << 20) { self.limit = limit }

  /// Whether the bytes may be kept.
  func take(_ count: Int) -> Bool {
    kept.withLock { kept in
      guard kept + count <= limit else { return false }
      kept += count
      return true
    }
  }

  func release(_ count: Int) { kept.withLock { $0 -= count } }

  /// What one answer keeps. It is given back with the last reference.
  final class Share: Sendable {
    private let budget: AnswerBudget
    private let count = Mutex(0)

    init(of budget: AnswerBudget) { self.budget = budget }

    deinit { budget.release(count.withLock { $0 }) }

    /// Keeps so many bytes from now on.
    /// - Returns: `false` if they are too many. Then the share stays as it was.
    func keep(_ bytes: Int) -> Bool {
      count.withLock { count in
        guard bytes <= count || budget.take(bytes - count) else { return false }
        if bytes < count { budget.release(count - bytes) }
        count = bytes
        return true
      }
    }
  }

  // MARK: Tests

  var bytes: Int { kept.withLock { $0 } }
}
