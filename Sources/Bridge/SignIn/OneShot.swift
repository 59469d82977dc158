private import Support
private import Synchronization

/// A value that is set once, and that one task awaits.
final class OneShot<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case awaited(CheckedContinuation<Value, Never>)
    case full(Value)
  }

  private let state = Mutex(State.empty)

  init() {}

  var current: Value? {
    state.withLock { if case .full(let value) = $0 { value } else { nil } }
  }

  /// - Returns: whether this is the first value. A later one has no effect.
  @discardableResult func set(_ value: Value) -> Bool {
    let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
      switch state {
      case .full: return (false, nil)
      case .empty:
        state = .full(value)
        return (true, nil)
      case .awaited(let waiter):
        state = .full(value)
        return (true, waiter)
      }
    }
    waiter?.resume(returning: value)
    return isFirst
  }

  /// The value, or `fallback` after a time. Then `fallback` is the value.
  /// - Parameter sleep: returns early when its task is cancelled.
  func value(
    orAfter time: Duration, _ fallback: Value, sleep: @escaping @Sendable (Duration) async -> Void
  ) async -> Value {
    let timer = Task.detached {
      await sleep(time)
      self.set(fallback)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let value = state.withLock { state -> Value? in
          if case .full(let value) = state { return value }
          state = .awaited(waiter)
          return nil
        }
        if let value { waiter.resume(returning: value) }
      }
    } onCancel: {
      self.set(fallback)
    }
  }
}
