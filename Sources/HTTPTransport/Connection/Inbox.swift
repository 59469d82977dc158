internal import NIOCore
private import Support

/// The received bytes of a connection that are not parsed yet.
///
/// Parsed bytes are freed before new ones are stored. So the size of the inbox does not depend on
/// how much a client has sent, or on where a request ends within a read (ATTACKS H32).
struct Inbox {
  /// The largest number of unparsed bytes: the longest head and one more read.
  let limit: Int
  /// Parsers take bytes from its start.
  var unread = ByteBuffer()

  init(limits: HTTPLimits) {
    // TLS may deliver one more record, whose beginning arrived with earlier reads.
    limit = limits.head + limits.read + TLSSession.recordLength
  }

  var isEmpty: Bool { unread.readableBytes == 0 }

  /// The memory of the buffer, in bytes.
  var capacity: Int { unread.storageCapacity }

  /// Appends bytes that the connection received.
  /// - Returns: `false` if there would be more than `limit` bytes. Nothing is appended then, and
  ///   the connection must be closed.
  mutating func append(_ received: consuming ByteBuffer) -> Bool {
    // ATTACKS H32
    guard received.readableBytes <= limit - unread.readableBytes else { return false }
    if isEmpty {
      unread = received
    } else {
      release()
      unread.writeImmutableBuffer(received)
    }
    return true
  }

  /// Frees the memory of the parsed bytes. An empty inbox keeps no memory.
  mutating func release() {
    if isEmpty {
      unread = ByteBuffer()
    } else if unread.readerIndex > 0 {
      unread = ByteBuffer(buffer: unread)
    }
  }

  mutating func clear() { unread = ByteBuffer() }
}
