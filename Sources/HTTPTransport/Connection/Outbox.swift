internal import NIOCore
private import Support

/// Responses of a connection that are not written yet.
///
/// `take` is the only way out, and it empties the outbox: no byte can be written twice, whatever
/// happens during the write (ATTACKS H33).
struct Outbox {
  /// From this many bytes on no further request is answered before the outbox was taken: many small
  /// responses share one write, and responses that nobody reads are bounded.
  static let limit = 32 << 10

  private var bytes = ByteBuffer()

  var isFull: Bool { bytes.readableBytes >= Self.limit }

  /// The memory that is kept, in bytes.
  var capacity: Int { bytes.storageCapacity }

  mutating func append(_ response: HTTPResponse, _ frame: ResponseWriter.Frame) {
    ResponseWriter.write(response, frame, to: &bytes)
  }

  /// RFC 9110 §15.2.1
  mutating func appendContinue() { bytes.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }

  /// All bytes, which are then no longer here; `nil` where there are none.
  mutating func take() -> ByteBuffer? {
    guard bytes.readableBytes > 0 else { return nil }
    defer { bytes = ByteBuffer() }
    return bytes
  }
}
