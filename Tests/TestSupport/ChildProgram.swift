private import Foundation
private import Support
private import Synchronization
private import SystemC

/// A program that a test starts, with a pipe to it and one from it.
///
/// `Process` of Foundation is for the tests of the executables alone: where a process has more than
/// 1,300 descriptors open, as this one may with all its tests at once, it reads past the end of
/// readdir's buffer (`findMaximumOpenFromProcSelfFD`).
package final class ChildProgram: Sendable {
  package struct StartError: Error {}

  package enum End: Equatable, Sendable { case status(Int32), signal(Int32) }

  private let id: pid_t
  /// Both ends: a program that has ended then does not end this process by SIGPIPE.
  private let input: (reading: Int32, writing: Int32)
  private let output: Int32
  private let end = Mutex<End?>(nil)
  private let isInputOpen = Mutex(true)

  /// - Parameters:
  ///   - command: `$PATH` is searched for its first word.
  ///   - variables: all that the program has; `nil` for those of this process.
  ///   - withErrors: whether `read` also returns what it writes to standard error.
  package init(
    _ command: [String], variables: [String: String]? = nil, withErrors: Bool = false
  ) throws {
    let variables = variables ?? ProcessInfo.processInfo.environment
    var (inputs, outputs): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard unsafe pipe(&inputs) == 0 else { throw StartError() }
    guard unsafe pipe(&outputs) == 0 else { throw StartError() }
    // No other program that starts meanwhile holds an end open.
    for end in inputs + outputs { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(outputs[1]) }
    (input, output) = ((inputs[0], inputs[1]), outputs[0])
    let id = ChildProcess.start(
      "/usr/bin/env", command, environment: variables.map { ($0.key, $0.value) }, input: inputs[0],
      output: outputs[1], errors: withErrors ? outputs[1] : nil)
    guard let id else { throw StartError() }
    self.id = id
  }

  deinit {
    send(SIGKILL)
    _ = wait()
    closeInput()
    close(output)
  }

  /// Runs a command to its end.
  /// - Parameter input: at most 64 KiB. It stays open until the program has ended.
  /// - Returns: how it ended, and what it wrote to standard output and standard error.
  package static func run(_ command: [String], input: [UInt8]? = nil) throws -> (
    end: End, output: String
  ) {
    let program = try ChildProgram(command, withErrors: true)
    if let input { program.write(input) } else { program.closeInput() }
    let output = program.readToEnd()
    return (program.wait(), String(decoding: output, as: UTF8.self))
  }

  /// A program that has ended takes nothing.
  package func write(_ bytes: [UInt8]) {
    _ = unsafe SystemC.write(input.writing, bytes, bytes.count)
  }

  package func closeInput() {
    isInputOpen.withLock { isOpen in
      if isOpen {
        close(input.writing)
        close(input.reading)
      }
      isOpen = false
    }
  }

  /// What it has written since the last call, at least one byte; empty at the end.
  package func read() -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe SystemC.read(output, &chunk, chunk.count)
    return Array(chunk.prefix(max(count, 0)))
  }

  package func readToEnd() -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let chunk = read()
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  package func send(_ signal: Int32) {
    end.withLock { if $0 == nil { kill(id, signal) } }
  }

  package func wait() -> End {
    end.withLock { end in
      if let end { return end }
      var status: Int32 = 0
      while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
      let result: End =
        status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
      end = result
      return result
    }
  }
}
