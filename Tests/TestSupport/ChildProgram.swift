private import Foundation
private import Support
private import Synchronization
private import SystemC

/// A program that a test starts, with pipes to it and from it.
///
/// Tests do not use `Process` of Foundation. It has one thread that waits for all programs. If one
/// program starts without the descriptor that shows its end, the thread waits for this program, and
/// the end of every other one goes unnoticed. With more than 1,000 open descriptors, as when all tests
/// run, it also reads and writes past the end of two buffers (`findMaximumOpenFromProcSelfFD`,
/// `select`).
package final class ChildProgram: Sendable {
  package struct StartError: Error {}

  package enum End: Equatable, Sendable {
    case status(Int32), signal(Int32)

    /// The status, or the signal as a negative number.
    package var number: Int32 {
      switch self {
      case .status(let status): status
      case .signal(let signal): -signal
      }
    }
  }

  /// Where the program's standard output or standard error goes.
  package enum Destination: Sendable, Equatable {
    /// To a pipe: `output`, `errors`.
    case pipe
    /// To where its standard output goes. For standard error.
    case output
    case descriptor(Int32)
    case nowhere
  }

  package let id: Int32
  /// The end of its standard input. It is invalid after `closeInput`.
  package let input: Int32
  /// The ends of its pipes, which the test reads; -1 if there is none.
  package let output: Int32
  package let errors: Int32
  private let end = Mutex<End?>(nil)
  private let open: Mutex<(input: Bool, output: Bool)>

  /// - Parameters:
  ///   - command: `$PATH` is searched for its first word.
  ///   - variables: all that the program has; `nil` for those of this process.
  package init(
    _ command: [String], variables: [String: String]? = nil, output: Destination = .pipe,
    errors: Destination = .nowhere
  ) throws {
    // A program that has ended does not end this process as well.
    signal(SIGPIPE, SIG_IGN)
    let variables = variables ?? ProcessInfo.processInfo.environment
    let pipes = (try Pipe(), try Pipe(), try Pipe())
    func descriptor(_ destination: Destination, _ pipe: Pipe) -> Int32? {
      switch destination {
      case .pipe: pipe.writing
      case .output: descriptor(output, pipes.1)
      case .descriptor(let descriptor): descriptor
      case .nowhere: nil
      }
    }
    let id = ChildProcess.start(
      "/usr/bin/env", command, environment: variables.map { ($0.key, $0.value) },
      input: pipes.0.reading, output: descriptor(output, pipes.1),
      errors: descriptor(errors, pipes.2))
    close(pipes.0.reading)
    close(pipes.1.writing)
    close(pipes.2.writing)
    if output != .pipe { close(pipes.1.reading) }
    if errors != .pipe { close(pipes.2.reading) }
    self.id = id ?? 0
    input = pipes.0.writing
    self.output = output == .pipe ? pipes.1.reading : -1
    self.errors = errors == .pipe ? pipes.2.reading : -1
    open = Mutex((true, output == .pipe))
    if id == nil {
      end.withLock { $0 = .status(127) }
      throw StartError()  // deinit closes the pipes
    }
  }

  deinit {
    send(SIGKILL)
    _ = wait()
    closeInput()
    closeOutput()
    if errors >= 0 { close(errors) }
  }

  /// Runs a command to its end.
  /// - Parameter input: at most 64 KiB. It stays open until the program has ended.
  /// - Returns: how it ended, and what it wrote to standard output and standard error.
  package static func run(
    _ command: [String], input: [UInt8]? = nil, variables: [String: String]? = nil
  ) throws -> (end: End, output: String) {
    let program = try ChildProgram(command, variables: variables, errors: .output)
    if let input { program.write(input) } else { program.closeInput() }
    let output = program.readToEnd()
    return (program.wait(), String(decoding: output, as: UTF8.self))
  }

  /// Writes all bytes, or those that the program takes before it ends.
  package func write(_ bytes: [UInt8]) { Self.write(bytes, to: input) }

  /// Writes all bytes, or those that are taken before the other side closes.
  package static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe SystemC.write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  package func closeInput() {
    open.withLock { open in
      if open.input { close(input) }
      open.input = false
    }
  }

  /// Nobody reads its standard output any more.
  package func closeOutput() {
    open.withLock { open in
      if open.output { close(output) }
      open.output = false
    }
  }

  /// What it has written since the last call, at least one byte; empty at the end.
  package func read() -> [UInt8] { Self.read(output) }

  package func readToEnd() -> [UInt8] { Self.readToEnd(output) }

  package func readErrorsToEnd() -> [UInt8] { Self.readToEnd(errors) }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe SystemC.read(descriptor, &chunk, chunk.count)
    return Array(chunk.prefix(max(count, 0)))
  }

  private static func readToEnd(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let chunk = read(descriptor)
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  /// To a program that has ended no signal goes: its id may be that of another one by now.
  package func send(_ signal: Int32) {
    end.withLock { if $0 == nil { kill(id, signal) } }
  }

  package var isRunning: Bool {
    end.withLock { end in
      if end == nil { end = Self.end(of: id, WNOHANG) }
      return end == nil
    }
  }

  package func wait() -> End {
    // Without the lock, and without removing it: meanwhile a signal can be sent to it.
    if end.withLock({ $0 == nil }) {
      var info = unsafe siginfo_t()
      while unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    }
    return end.withLock { end in
      let result = end ?? Self.end(of: id, 0) ?? .status(127)
      end = result
      return result
    }
  }

  private static func end(of id: Int32, _ options: Int32) -> End? {
    var status: Int32 = 0
    while true {
      let ended = unsafe waitpid(id, &status, options)
      if ended == id { break }
      if ended == 0 || errno != EINTR { return nil }
    }
    return status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }
}

/// No other program that starts meanwhile holds an end open.
private struct Pipe {
  let reading: Int32
  let writing: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw ChildProgram.StartError() }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }
}
