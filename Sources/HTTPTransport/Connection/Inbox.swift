internal import NIOCore
private import Support

/// The bytes of a connection that have arrived and are not read yet.
///
/// Bytes that were read are freed before more are kept, so the size of the inbox does not depend on
/// how much a client has sent, nor on where a request ends within a read (ATTACKS H32).
struct Inbox {
  /// The largest number of unread bytes: the longest head, and one read behind it.
  let limit: Int
  /// Readers take bytes from its start.
  var unread = ByteBuffer()

  init(limits: HTTPLimits) {
    // TLS may deliver one more record, whose beginning came with earlier reads.
    limit = limits.head + limits.read + TLSSession.recordLength
  }

  var isEmpty: Bool { unread.readableBytes == 0 }

  /// The memory that is kept, in bytes.
  var capacity: Int { unread.storageCapacity }

  /// Appends bytes that the connection received.
  /// - Returns: `false` where there would be more than `limit`; nothing was appended then, and the
  ///   connection must be closed.
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

  /// Frees the memory of all bytes that were read: without unread bytes nothing is kept.
  mutating func release() {
    if isEmpty {
      unread = ByteBuffer()
    } else if unread.readerIndex > 0 {
      unread = ByteBuffer(buffer: unread)
    }
  }

  mutating func clear() { unread = ByteBuffer() }
}
