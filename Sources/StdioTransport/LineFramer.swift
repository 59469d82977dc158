private import Support

/// Splits a stream of bytes into lines at LF only (MCP basic/transports/stdio).
///
/// It keeps at most one incomplete line. A line over the limit is reported once, and the rest of it
/// is discarded. A line of white space only is not a message and is skipped.
package struct LineFramer {
  /// One line without its line end.
  package enum Line: Equatable {
    case complete([UInt8])
    case tooLong
  }

  /// The longest line of a server, in bytes without the line end.
  package static let maximumLength = 1 << 20

  private let maximumLength: Int
  private var buffer: [UInt8] = []
  private var lineStart = 0
  private var searched = 0
  private var skipping = false

  /// - Parameter maximumLength: the longest line, in bytes without the line end.
  package init(maximumLength: Int = LineFramer.maximumLength) { self.maximumLength = maximumLength }

  /// Appends the next bytes of the stream.
  package mutating func append(_ chunk: some Sequence<UInt8>) {
    buffer.removeFirst(lineStart)
    searched -= lineStart
    lineStart = 0
    buffer.append(contentsOf: chunk)
  }

  /// The next complete line; `nil` if more bytes are needed.
  package mutating func next() -> Line? {
    while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = buffer[lineStart..<end]
      lineStart = end + 1
      searched = lineStart
      if skipping {
        skipping = false
      } else if line.count > maximumLength {
        return .tooLong
      } else if !isBlank(line) {
        return .complete(Array(line))
      }
    }
    searched = buffer.count
    if skipping || buffer.count - lineStart > maximumLength {
      buffer = []
      lineStart = 0
      searched = 0
      defer { skipping = true }
      return skipping ? nil : .tooLong
    }
    return nil
  }

  /// At the end of the stream: the last line, if it has no line end.
  package mutating func finish() -> Line? {
    defer { self = LineFramer(maximumLength: maximumLength) }
    let line = buffer[lineStart...]
    return isBlank(line) ? nil : .complete(Array(line))
  }

  /// Whether the line has only JSON white space (RFC 8259 §2), which includes the CR of a CRLF.
  private func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
    }
  }
}
