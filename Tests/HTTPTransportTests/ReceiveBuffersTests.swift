import NIOCore
import Testing

@testable import HTTPTransport

/// R12: the size of a connection's reads, and the memory that SwiftNIO keeps between them.
struct ReceiveBuffersTests {
  @Test func anIdleConnectionKeepsOneSmallBuffer() throws {
    var pool = NIOPooledRecvBufferAllocator(
      capacity: 1, recvAllocator: ReceiveBuffers(limit: 16 << 10))
    var sizes: [Int] = []
    // Whether a read fills its buffer.
    for isFull in [true, true, true, false, false] {
      let (buffer, count) = pool.buffer(allocator: ByteBufferAllocator()) { buffer in
        buffer.writeRepeatingByte(0, count: isFull ? buffer.writableBytes : 1)
      }
      sizes.append(buffer.storageCapacity)
      pool.record(actualReadBytes: count)
    }
    #expect(sizes == [2, 16, 16, 16, 2].map { $0 << 10 })
    let kept = Mirror(reflecting: pool).children.compactMap { $0.value as? ByteBuffer }
    #expect(kept.map(\.storageCapacity) == [2 << 10])
  }

  @Test func aReadIsNeverLargerThanItsLimit() {
    let buffers = ReceiveBuffers(limit: 512)
    #expect(buffers.buffer(allocator: ByteBufferAllocator()).capacity == 512)
  }
}
