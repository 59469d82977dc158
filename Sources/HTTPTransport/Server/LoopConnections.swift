internal import NIOCore
private import Support

/// The connections of one event loop, and what they share; used on that loop only.
final class LoopConnections {
  /// One timer for all: a deadline is a value that is looked at this often.
  static let tick = TimeAmount.milliseconds(500)

  let loop: any EventLoop
  /// For the tasks of responders.
  let executor: LoopExecutor
  private(set) var isStopping = false
  private let now: @Sendable () -> Int
  private var date = HTTPDate()
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var unflushed: [HTTPConnection] = []
  private var timer: RepeatedTask?

  init(loop: any EventLoop, now: @escaping @Sendable () -> Int) {
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

  /// Writes what a connection has to say once the loop has read from all that have something.
  ///
  /// Writes that follow each other find the other side awake; a write after each read wakes it each
  /// time, which costs more than the write.
  func flushSoon(_ connection: HTTPConnection) {
    unflushed.append(connection)
    guard unflushed.count == 1 else { return }
    loop.assumeIsolated().execute {
      let all = self.unflushed
      self.unflushed.removeAll(keepingCapacity: true)
      for connection in all { connection.flush() }
    }
  }

  /// Lets each connection finish what it has.
  func stop() {
    isStopping = true
    for connection in connections.values { connection.stop() }
    // After the loop has looked at its sockets once more: what is there already is answered.
    loop.assumeIsolated().scheduleTask(in: .milliseconds(10)) { self.checkDeadlines() }
  }

  /// Ends every connection and the timer, which holds this object.
  func end() {
    for connection in connections.values { connection.abort() }
    timer?.cancel()
  }
}
