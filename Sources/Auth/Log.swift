package import Support
package import JSON

/// JSON lines for people and machines that watch the server, with the clock and the sink handed in.
package struct Log: Sendable {
  private let level: LogLevel
  private let now: @Sendable () -> WallTime
  private let write: @Sendable ([UInt8]) -> Void

  /// - Parameter write: takes one line with its end; it must not block.
  package init(
    level: LogLevel, now: @escaping @Sendable () -> WallTime,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.level = level
    self.now = now
    self.write = write
  }

  /// Writes `fields` behind the time (UTC, RFC 3339, milliseconds), if `level` is on.
  ///
  /// All that is not printable ASCII is escaped: nobody can write a line of their own or drive a
  /// terminal through the log (ASVS 16.4.1).
  package func write(_ level: LogLevel, _ fields: [(String, JSONValue)]) {
    guard level <= self.level, level != .off else { return }
    var line: [UInt8] = []
    line.reserveCapacity(512)
    line += "{\"time\":\"\(now().rfc3339)\"".utf8
    for (name, value) in fields {  // the names are ours: plain, and no two the same
      line += ",\"".utf8
      line += name.utf8
      line += "\":".utf8
      value.write(to: &line, escaping: .nonASCII)
    }
    line += "}\n".utf8
    write(line)
  }

  /// A sentence for the person who runs the server. It is written by us, never from input.
  package func notice(_ message: String) {
    write(.info, [("event", "notice"), ("message", .string(message))])
  }
}
