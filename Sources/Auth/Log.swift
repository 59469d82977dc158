package import Support
package import JSON

/// Writes log lines in JSON. The clock and the sink are passed in.
package struct Log: Sendable {
  private let level: LogLevel
  private let now: @Sendable () -> WallTime
  private let write: @Sendable ([UInt8]) -> Void

  /// - Parameter write: takes one line, which includes its line end. It must not block.
  package init(
    level: LogLevel, now: @escaping @Sendable () -> WallTime,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.level = level
    self.now = now
    self.write = write
  }

  /// Writes the time (UTC, RFC 3339, milliseconds) and `fields`, if `level` is enabled.
  ///
  /// Every character that is not printable ASCII is escaped, so nobody can forge a line or control
  /// a terminal through the log (ASVS 16.4.1).
  package func write(_ level: LogLevel, _ fields: [(String, JSONValue)]) {
    guard level <= self.level, level != .off else { return }
    var line: [UInt8] = []
    line.reserveCapacity(512)
    line += "{\"time\":\"\(now().rfc3339)\"".utf8
    for (name, value) in fields {  // constant names, without escapes and duplicates
      line += ",\"".utf8
      line += name.utf8
      line += "\":".utf8
      value.write(to: &line, escaping: .nonASCII)
    }
    line += "}\n".utf8
    write(line)
  }

  /// Writes a sentence for the operator. The program writes the sentence; it never comes from
  /// input.
  package func notice(_ message: String) {
    write(.info, [("event", "notice"), ("message", .string(message))])
  }
}
