internal import NIOCore
private import Support

/// The responses of a connection that are not written yet.
///
/// Only `take` removes bytes, and it empties the outbox. So no byte is written twice, whatever
/// happens during the write (ATTACKS H33).
struct Outbox {
  /// At this size, no further request is answered until the bytes are taken. Small responses share
  /// one write, and the memory of unread responses is bounded.
  static let limit = 32 << 10

  private var bytes = ByteBuffer()

  var isFull: Bool { bytes.readableBytes >= Self.limit }

  /// The memory of the buffer, in bytes.
  var capacity: Int { bytes.storageCapacity }

  mutating func append(_ response: HTTPResponse, _ frame: ResponseWriter.Frame) {
    ResponseWriter.write(response, frame, to: &bytes)
  }

  /// Appends 100 (Continue), RFC 9110 §15.2.1.
  mutating func appendContinue() { bytes.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }

  /// Removes and returns all bytes; `nil` if there are none.
  mutating func take() -> ByteBuffer? {
    guard bytes.readableBytes > 0 else { return nil }
    defer { bytes = ByteBuffer() }
    return bytes
  }
}
