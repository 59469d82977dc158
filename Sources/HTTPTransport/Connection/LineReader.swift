internal import NIOCore

/// Finds the next line of a stream that comes in pieces; it looks at each byte once.
struct LineReader {
  private var searched = 0

  /// How many bytes wait that are no whole line yet.
  var pending: Int { searched }

  /// The length of the next line without its end, or `nil` until more bytes come.
  ///
  /// - Throws: `malformed` for LF without CR. RFC 9112 §2.2 lets a server take it for a line's end;
  ///   a proxy that does not would see another message.
  mutating func next(in buffer: ByteBuffer) throws(HTTPFault) -> Int? {
    let bytes = buffer.readableBytesView
    guard let lineFeed = bytes.dropFirst(searched).firstIndex(of: ASCII.lineFeed) else {
      searched = bytes.count
      return nil
    }
    searched = 0
    let length = lineFeed - bytes.startIndex - 1
    guard length >= 0, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .malformed }
    return length
  }
}
