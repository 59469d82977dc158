import Foundation
import TestSupport
import TestHarness

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A running server with its three pipes, as a client uses it.
final class ServerProcess {
  struct Missing: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) is not built: run make build, or make test" }
  }

  /// The release binaries: `$CALCULATOR_BIN_DIR`, else `.build/release`.
  static func path(of name: String) throws -> String {
    try path(
      of: name,
      in: ProcessInfo.processInfo.environment["CALCULATOR_BIN_DIR"].map { URL(filePath: $0) }
        ?? Repository.root.appending(path: ".build/release"))
  }

  private static func path(of name: String, in folder: URL) throws -> String {
    let path = folder.appending(path: name).path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
    return path
  }

  let program: ChildProgram
  private var pending: [Int32: [UInt8]] = [:]

  /// - Parameters:
  ///   - folder: the folder of the binary; `nil` for that of the release binaries.
  ///   - launcher: a command that starts another one, such as `env`.
  init(
    _ name: String = "CalculatorStdio", in folder: URL? = nil, launcher: [String] = [],
    arguments: [String] = [],
    environment: [String: String] = StdioHarness.environment
  ) throws {
    let path = try folder.map { try Self.path(of: name, in: $0) } ?? Self.path(of: name)
    program = try ChildProgram(
      launcher + [path] + arguments, variables: environment, errors: .pipe)
  }

  func send(_ text: String, end: String = "\n") { send(Array((text + end).utf8)) }

  /// Writes until all bytes are written or the reader is gone.
  func send(_ bytes: [UInt8]) { program.write(bytes) }

  func closeInput() { program.closeInput() }
  func closeOutput() { program.closeOutput() }
  func deliver(_ number: Int32) { program.send(number) }

  /// The next line of standard output, or `nil` at its end.
  func readLine() throws -> String? { try line(of: program.output) }

  /// The next line of standard output that is meant, or `nil` at its end.
  func readLine(where isMeant: (String) -> Bool) throws -> String? {
    while let line = try readLine() { if isMeant(line) { return line } }
    return nil
  }

  /// The next line of standard error, or `nil` at its end.
  func readErrorLine() throws -> String? { try line(of: program.errors) }

  func readLines(_ count: Int) throws -> [String] {
    try (0..<count).compactMap { _ in try readLine() }
  }

  /// The rest of standard error, after the process has ended.
  func restOfErrors() throws -> String {
    var lines: [String] = []
    while let line = try readErrorLine() { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  /// The status, or the signal as a negative number.
  func waitForExit() -> Int32 { program.wait().number }

  /// The peak of the resident memory, in KiB. Only Linux reports it.
  var peakMemory: Int? {
    let status = try? String(
      contentsOfFile: "/proc/\(program.id)/status", encoding: .utf8)
    return status?.firstMatch(of: /VmHWM:\s*(\d+) kB/).flatMap { Int($0.1) }
  }

  struct Silence: Error {}

  /// Waits for a line. The minute is for a server that never answers, not for a slow one.
  private func line(of descriptor: Int32) throws -> String? {
    var bytes = pending[descriptor] ?? []
    while true {
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        pending[descriptor] = Array(bytes[(end + 1)...])
        return String(decoding: bytes[..<end], as: UTF8.self)
      }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 60_000) > 0 else { throw Silence() }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &chunk, chunk.count)
      if count <= 0 {
        pending[descriptor] = []
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      }
      bytes += chunk[..<count]
    }
  }
}
