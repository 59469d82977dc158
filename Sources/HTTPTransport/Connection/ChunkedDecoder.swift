internal import NIOCore
private import Support

/// Reads one chunked body from a stream of bytes (RFC 9112 §7.1).
struct ChunkedDecoder {
  private enum State {
    case size
    case data(remaining: Int)
    case dataEnd
    case trailer
  }

  private let limits: HTTPLimits
  private var state = State.size
  private var lines = LineReader()
  private var extensionBytes = 0
  private var trailerBytes = 0
  private var trailerFields = 0

  init(limits: HTTPLimits) { self.limits = limits }

  /// The next bytes of data; `nil` if more bytes are needed. `isEnd` is true after the trailer.
  ///
  /// - Throws: `malformed`.
  mutating func next(
    _ buffer: inout ByteBuffer
  ) throws(HTTPFault) -> (bytes: ByteBuffer?, isEnd: Bool) {
    while true {
      switch state {
      case .data(let remaining):
        let count = min(remaining, buffer.readableBytes)
        state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
        return (count > 0 ? buffer.readSlice(length: count) : nil, false)
      case .size, .dataEnd, .trailer:
        guard let length = try lines.next(in: buffer) else {
          try checkPending()
          return (nil, false)
        }
        let isEnd = try take(buffer, length: length)
        buffer.moveReaderIndex(forwardBy: length + 2)
        if isEnd { return (nil, true) }
      }
    }
  }

  /// Takes a line. Returns `true` if it ends the body.
  private mutating func take(_ buffer: ByteBuffer, length: Int) throws(HTTPFault) -> Bool {
    switch state {
    case .size:
      let size = try takeSize(buffer.readableBytesUInt8Span.extracting(first: length))
      state = size == 0 ? .trailer : .data(remaining: size)
    case .dataEnd:
      guard length == 0 else { throw .malformed }
      state = .size
    case .trailer:
      if length == 0 { return true }
      // RFC 9112 §7.1.2: check the syntax of a trailer field, then drop it: it is never merged.
      _ = try FieldLine(buffer, length: length)
      trailerBytes += length + 2
      trailerFields += 1
      guard trailerBytes <= limits.head, trailerFields <= limits.fields else { throw .malformed }
    case .data: break
    }
    return false
  }

  /// `chunk-size [ chunk-ext ]`
  private mutating func takeSize(_ line: Span<UInt8>) throws(HTTPFault) -> Int {
    var size = 0
    var end = 0
    // RFC 9112 §7.1: digits that overflow are an error, not a small number.
    while end < line.count, let digit = ASCII.hexadecimal(line[end]) {
      guard end < 15 else { throw .malformed }
      size = size << 4 | Int(digit)
      end += 1
    }
    guard end > 0 else { throw .malformed }
    // RFC 9112 §7.1.1: extensions are ignored, but their length in one body is limited.
    extensionBytes += line.count - end
    guard extensionBytes <= limits.chunkExtensions,
      ChunkExtensions.areValid(line.extracting(end...))
    else { throw .malformed }
    return size
  }

  /// An incomplete line has the same limit as a complete one.
  private func checkPending() throws(HTTPFault) {
    let bound =
      switch state {
      case .size: 16 + limits.chunkExtensions - extensionBytes
      case .dataEnd: 1
      case .trailer, .data: limits.head - trailerBytes
      }
    if lines.pending > bound { throw .malformed }
  }
}
