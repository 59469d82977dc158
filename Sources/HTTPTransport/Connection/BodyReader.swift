internal import NIOCore
private import Support

/// Reads one body from a stream of bytes.
struct BodyReader {
  private enum State {
    case length(remaining: Int)
    case chunked(ChunkedDecoder)
  }

  private var state: State

  init(_ framing: BodyFraming, limits: HTTPLimits) {
    switch framing {
    case .length(let length): state = .length(remaining: length)
    case .chunked: state = .chunked(ChunkedDecoder(limits: limits))
    }
  }

  /// Takes the available bytes of the body from the buffer. `isEnd` is true with the last of them.
  ///
  /// - Throws: `malformed`. The rest of the stream must not be read after an error.
  mutating func next(
    _ buffer: inout ByteBuffer
  ) throws(HTTPFault) -> (bytes: ByteBuffer?, isEnd: Bool) {
    switch state {
    case .length(let remaining):
      let count = min(remaining, buffer.readableBytes)
      state = .length(remaining: remaining - count)
      return (count > 0 ? buffer.readSlice(length: count) : nil, count == remaining)
    case .chunked(var decoder):
      defer { state = .chunked(decoder) }
      return try decoder.next(&buffer)
    }
  }
}
