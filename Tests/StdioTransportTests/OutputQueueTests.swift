import Foundation
import Testing

@testable import StdioTransport

/// Writes to a pipe that accepts only a part of the bytes.
struct OutputQueueTests {
  private struct Gone: Error {}

  @Test func writesEverythingInOrder() throws {
    let pipe = try #require(FileDescriptor.pipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end.raw) } }
    var queue = OutputQueue(pipe.writing)
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    queue.append(bytes)
    var received: [UInt8] = []
    while received.count < bytes.count {
      guard queue.drain() else { throw Gone() }
      #expect(queue.isEmpty == (queue.count == 0))
      received += pipe.reading.read(upTo: 7000) ?? []
    }
    #expect(received == bytes)
    #expect(queue.isEmpty)
  }

  /// Appended bytes come after the waiting ones.
  @Test func appendsBehindWhatWaits() throws {
    let pipe = try #require(FileDescriptor.pipe())
    defer { for end in [pipe.reading, pipe.writing] { close(end.raw) } }
    var queue = OutputQueue(pipe.writing)
    var (expected, received): ([UInt8], [UInt8]) = ([], [])
    for round in 0..<100 {
      let part = [UInt8](repeating: UInt8(round), count: 10_000)
      queue.append(part)
      expected += part
      guard queue.drain() else { throw Gone() }
      received += pipe.reading.read(upTo: 3000) ?? []
    }
    while received.count < expected.count {
      guard queue.drain() else { throw Gone() }
      received += pipe.reading.read(upTo: 1 << 16) ?? []
    }
    #expect(received == expected)
  }

  @Test func aReaderThatIsGoneIsReported() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = try #require(FileDescriptor.pipe())
    defer { close(pipe.writing.raw) }
    var queue = OutputQueue(pipe.writing)
    let isDrained = queue.drain()
    #expect(isDrained, "nothing to write is no failure")
    close(pipe.reading.raw)
    queue.append([0x61])
    let isTaken = queue.drain()
    #expect(!isTaken)
  }
}
