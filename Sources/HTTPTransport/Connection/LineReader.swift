private import SystemC
internal import NIOCore
private import Support

/// Finds the next line of a stream that arrives in pieces. It examines each byte once.
struct LineReader {
  private var searched = 0

  /// The number of bytes after the last complete line.
  var pending: Int { searched }

  /// The length of the next line without its line end; `nil` if more bytes are needed.
  ///
  /// - Throws: `malformed` for LF without CR. RFC 9112 §2.2 lets a server accept it as a line end,
  ///   but a proxy that does not would see another message.
  mutating func next(in buffer: ByteBuffer) throws(HTTPFault) -> Int? {
    guard let lineFeed = Self.lineFeed(in: buffer, from: searched) else {
      searched = buffer.readableBytes
      return nil
    }
    searched = 0
    let length = lineFeed - 1
    guard length >= 0, buffer.readableBytesUInt8Span[length] == ASCII.carriageReturn else {
      throw .malformed
    }
    return length
  }

  private static func lineFeed(in buffer: ByteBuffer, from start: Int) -> Int? {
    unsafe buffer.withUnsafeReadableBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, Int32(ASCII.lineFeed), bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
