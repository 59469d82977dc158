private import Support
internal import SystemC

/// A program of the system that is called with bounded input, output and time.
///
/// A secret goes to its standard input, never to its arguments or variables: other users of the
/// machine can read those of a running program.
struct HelperProgram: Sendable {
  struct Outcome: Sendable, Equatable {
    /// What it exited with; `nil` after a signal.
    let status: Int32?
    let output: [UInt8]
    let hasErrors: Bool
  }

  /// What a pipe takes without a reader (POSIX `PIPE_BUF` is at least this).
  private static let mostInput = 512
  private static let mostOutput = 4096

  let path: String
  let environment: [(name: String, value: String)]

  /// Runs the program. It blocks: call it in a pool.
  /// - Parameter time: after which the program and its children are killed.
  /// - Returns: `nil` if it does not start, writes too much, or does not end in time.
  func run(_ arguments: [String], input: [UInt8] = [], within time: Duration) -> Outcome? {
    guard input.count <= Self.mostInput, var stdin = Pipe(), var stdout = Pipe(),
      var stderr = Pipe()
    else { return nil }
    // Before the start: a program that ends without reading can then not end this process.
    guard stdin.write(input) else { return nil }
    stdin.closeWriting()
    let child = ChildProcess.start(
      path, arguments, environment: environment, input: stdin.reading, output: stdout.writing,
      errors: stderr.writing)
    guard let child else { return nil }
    stdin.closeReading()
    stdout.closeWriting()
    stderr.closeWriting()
    let end = MonotonicTime.now() + time
    let output = Self.read(stdout, stderr, until: end)
    let status = Self.wait(for: child, until: output == nil ? .now() : end)
    guard let output, let status else { return nil }
    return Outcome(
      status: status & 0x7F == 0 ? status >> 8 & 0xFF : nil, output: output.bytes,
      hasErrors: output.hasErrors)
  }

  private static func read(
    _ stdout: borrowing Pipe, _ stderr: borrowing Pipe, until end: MonotonicTime
  ) -> (bytes: [UInt8], hasErrors: Bool)? {
    var (bytes, hasErrors): ([UInt8], Bool) = ([], false)
    var open = [stdout.reading, stderr.reading]
    var chunk = [UInt8](repeating: 0, count: mostOutput)
    while open.contains(where: { $0 >= 0 }) {
      var entries = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let rest = (end - .now()).milliseconds
      guard rest > 0, unsafe poll(&entries, nfds_t(entries.count), Int32(clamping: rest)) >= 0
      else { return nil }
      for (index, entry) in entries.enumerated() where entry.revents != 0 {
        let count = unsafe SystemC.read(entry.fd, &chunk, chunk.count)
        if count <= 0 {
          open[index] = -1  // `poll` ignores negative descriptors
        } else if index == 0 {
          bytes += chunk[..<count]
          guard bytes.count <= mostOutput else { return nil }
        } else {
          hasErrors = true
        }
      }
    }
    return (bytes, hasErrors)
  }

  /// - Returns: the status of `waitpid`; `nil` if the child had to be killed.
  private static func wait(for child: pid_t, until end: MonotonicTime) -> Int32? {
    var status: Int32 = 0
    while true {
      let result = unsafe waitpid(child, &status, WNOHANG)
      if result == child { return status }
      if result < 0 && errno != EINTR { return nil }
      guard MonotonicTime.now() < end else { break }
      _ = poll(nil, 0, 5)
    }
    kill(-child, SIGKILL)
    unsafe waitpid(child, &status, 0)
    return nil
  }
}

/// A pipe whose ends close with it.
private struct Pipe: ~Copyable {
  private var ends: [Int32] = [-1, -1]

  init?() {
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit { for end in ends where end >= 0 { close(end) } }

  var reading: Int32 { ends[0] }
  var writing: Int32 { ends[1] }

  func write(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.isEmpty || SystemC.write(ends[1], bytes, bytes.count) == bytes.count
  }

  mutating func closeReading() { shut(0) }
  mutating func closeWriting() { shut(1) }

  private mutating func shut(_ index: Int) {
    close(ends[index])
    ends[index] = -1
  }
}
