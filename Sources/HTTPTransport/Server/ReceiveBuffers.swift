internal import NIOCore
private import Support

/// Allocates a new buffer for each read from a socket. The buffer is freed when its bytes have been
/// parsed.
///
/// SwiftNIO's own allocators keep up to four buffers of 64 KiB for each connection, idle or not. It
/// always keeps the first buffer, so that one is small here (ATTACKS R12).
struct ReceiveBuffers: RecvByteBufferAllocator {
  /// The size of a usual request with its head, in bytes.
  static let usual = 2 << 10

  /// The largest number of bytes that one read takes.
  let limit: Int
  private var size: Int

  init(limit: Int) {
    self.limit = limit
    size = min(Self.usual, limit)
  }

  func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: size) }

  /// - Returns: `true`, which makes SwiftNIO ask for a new buffer instead of using the one it keeps.
  mutating func record(actualReadBytes: Int) -> Bool {
    size = actualReadBytes < size ? min(Self.usual, limit) : limit
    return true
  }
}
