private import Support
private import Synchronization

/// Bounds the bytes of all bodies that are kept until they are whole.
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
}
