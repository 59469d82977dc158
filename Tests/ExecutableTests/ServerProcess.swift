import Foundation
import TestSupport
import TestHarness

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }

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

  let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var pending: [Int32: [UInt8]] = [:]

  /// - Parameters:
  ///   - folder: the folder of the binary; `nil` for that of the release binaries.
  ///   - launcher: a command that starts another one, such as `env`.
  init(
    _ name: String = "CalculatorStdio", in folder: URL? = nil, launcher: [String] = [],
    arguments: [String] = [],
    environment: [String: String] = StdioHarness.environment
  ) throws {
    signal(SIGPIPE, SIG_IGN)
    let path = try folder.map { try Self.path(of: name, in: $0) } ?? Self.path(of: name)
    process.executableURL = URL(filePath: launcher.isEmpty ? path : "/usr/bin/env")
    process.arguments = launcher.isEmpty ? arguments : launcher + [path] + arguments
    process.environment = environment
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  func send(_ text: String, end: String = "\n") { send(Array((text + end).utf8)) }

  /// Writes until all bytes are written or the reader is gone.
  func send(_ bytes: [UInt8]) { Self.write(bytes, to: inputDescriptor) }

  var inputDescriptor: Int32 { input.fileHandleForWriting.fileDescriptor }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  func closeInput() { try? input.fileHandleForWriting.close() }
  func closeOutput() { try? output.fileHandleForReading.close() }
  func deliver(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The next line of standard output, or `nil` at its end.
  func readLine() throws -> String? { try line(of: output) }

  /// The next line of standard output that is meant, or `nil` at its end.
  func readLine(where isMeant: (String) -> Bool) throws -> String? {
    while let line = try readLine() { if isMeant(line) { return line } }
    return nil
  }

  /// The next line of standard error, or `nil` at its end.
  func readErrorLine() throws -> String? { try line(of: errors) }

  func readLines(_ count: Int) throws -> [String] {
    try (0..<count).compactMap { _ in try readLine() }
  }

  /// The rest of standard error, after the process has ended.
  func restOfErrors() throws -> String {
    var lines: [String] = []
    while let line = try readErrorLine() { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  func waitForExit() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  /// The peak of the resident memory, in KiB. Only Linux reports it.
  var peakMemory: Int? {
    let status = try? String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    return status?.firstMatch(of: /VmHWM:\s*(\d+) kB/).flatMap { Int($0.1) }
  }

  struct Silence: Error {}

  /// Waits for a line. The minute is for a server that never answers, not for a slow one.
  private func line(of pipe: Pipe) throws -> String? {
    let descriptor = pipe.fileHandleForReading.fileDescriptor
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
