private import Support

/// Cuts a stream of bytes into lines at LF and nowhere else (MCP basic/transports/stdio).
///
/// It holds one line at most: a line over the limit is reported once and skipped to its end.
/// A line of nothing but white space is no message and is passed over.
package struct LineFramer {
  /// What stands between two line ends.
  package enum Line: Equatable {
    case complete([UInt8])
    case tooLong
  }

  /// In bytes, without the line's end.
  package static let maximumLength = 1 << 20

  private var buffer: [UInt8] = []
  private var lineStart = 0
  private var searched = 0
  private var skipping = false

  package init() {}

  /// Takes the next bytes of the stream.
  package mutating func append(_ chunk: some Sequence<UInt8>) {
    buffer.removeFirst(lineStart)
    searched -= lineStart
    lineStart = 0
    buffer.append(contentsOf: chunk)
  }

  /// The next whole line, or `nil` until more bytes come.
  package mutating func next() -> Line? {
    while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = buffer[lineStart..<end]
      lineStart = end + 1
      searched = lineStart
      if skipping {
        skipping = false
      } else if line.count > Self.maximumLength {
        return .tooLong
      } else if !isBlank(line) {
        return .complete(Array(line))
      }
    }
    searched = buffer.count
    if skipping || buffer.count - lineStart > Self.maximumLength {
      buffer = []
      lineStart = 0
      searched = 0
      defer { skipping = true }
      return skipping ? nil : .tooLong
    }
    return nil
  }

  /// The last line where the stream ends without a line end.
  package mutating func finish() -> Line? {
    defer { self = LineFramer() }
    let line = buffer[lineStart...]
    return isBlank(line) ? nil : .complete(Array(line))
  }

  /// The white space of JSON (RFC 8259 §2), CR of a CRLF included.
  private func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
    }
  }
}
