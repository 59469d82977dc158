internal import NIOCore
internal import Support

/// The connections of one event loop and their shared state. Use it on that loop only.
final class LoopConnections {
  /// The interval of the timer that checks the deadlines of all connections.
  static let tick = TimeAmount.milliseconds(500)

  let loop: any EventLoop
  let executor: LoopExecutor
  private(set) var isStopping = false
  private let now: @Sendable () -> WallTime
  private var date = HTTPDate()
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var unflushed: [HTTPConnection] = []
  private var timer: RepeatedTask?

  init(loop: any EventLoop, now: @escaping @Sendable () -> WallTime) {
    self.loop = loop
    executor = LoopExecutor(loop)
    self.now = now
    let bound = NIOLoopBound(self, eventLoop: loop)
    timer = loop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
      bound.value.checkDeadlines()
    }
  }

  private func checkDeadlines() {
    let time = loop.now
    for connection in connections.values { connection.checkDeadline(time) }
  }

  var dateText: String { date.text(at: now()) }

  func add(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = connection
  }

  func remove(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
  }

  /// Writes the responses of a connection after the loop has read from all ready connections.
  ///
  /// Consecutive writes find the client awake. A write after each read would wake it each time,
  /// which costs more than the write.
  func flushSoon(_ connection: HTTPConnection) {
    unflushed.append(connection)
    guard unflushed.count == 1 else { return }
    loop.assumeIsolated().execute {
      let all = self.unflushed
      self.unflushed.removeAll(keepingCapacity: true)
      for connection in all { connection.flush() }
    }
  }

  /// Lets each connection finish its requests.
  func stop() {
    isStopping = true
    for connection in connections.values { connection.stop() }
    // Wait until the loop has read from its sockets once more: requests that have arrived are
    // answered.
    loop.assumeIsolated().scheduleTask(in: .milliseconds(10)) { self.checkDeadlines() }
  }

  /// Closes every connection and cancels the timer, which retains this object.
  func end() {
    for connection in connections.values { connection.abort() }
    timer?.cancel()
  }
}
