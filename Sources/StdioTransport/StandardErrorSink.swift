private import Support
private import Synchronization

/// Log lines on their way to standard error.
///
/// A client may leave standard error unread (MCP basic/transports/stdio): once its pipe is full,
/// lines wait up to a bound, then whole lines are dropped and counted. The server never blocks.
package final class StandardErrorSink: Sendable {
  private struct State {
    var queue: OutputQueue
    var dropped = 0
  }

  let descriptor: FileDescriptor
  private let maximumWaiting: Int
  private let state: Mutex<State>

  /// - Parameter maximumWaiting: in bytes.
  package convenience init(maximumWaiting: Int = 1 << 18) {
    self.init(.standardError, maximumWaiting: maximumWaiting)
  }

  init(_ descriptor: FileDescriptor, maximumWaiting: Int) {
    self.descriptor = descriptor
    self.maximumWaiting = maximumWaiting
    state = Mutex(State(queue: OutputQueue(descriptor)))
  }

  /// Takes one line with its end.
  package func write(_ line: [UInt8]) {
    state.withLock { state in
      guard state.queue.count + line.count <= maximumWaiting else {
        state.dropped += 1
        return
      }
      if state.dropped > 0 {
        state.queue.append("{\"event\":\"log_lines_dropped\",\"count\":\(state.dropped)}\n".utf8)
        state.dropped = 0
      }
      state.queue.append(line)
    }
  }

  /// Writes what standard error takes now; where nobody reads it any more, forgets what waits.
  package func flush() {
    state.withLock { state in
      if !state.queue.drain() { state.queue = OutputQueue(descriptor) }
    }
  }

  package var hasWaiting: Bool { state.withLock { !$0.queue.isEmpty } }
}
