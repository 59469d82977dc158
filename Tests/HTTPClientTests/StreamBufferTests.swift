import Testing

@testable import HTTPClient

/// What waits in a buffer, and what is left after a cancellation.
struct StreamBufferTests {
  private static func append(_ text: String, to buffer: StreamBuffer) -> Bool {
    unsafe Array(text.utf8).withUnsafeBytes { unsafe buffer.append($0) }
  }

  /// A buffer for four bytes.
  @Test(arguments: [
    ("", "abcd", true), ("ab", "cd", true), ("ab", "cde", false), ("abcd", "e", false),
    // Alone: libcurl would offer it again without end.
    ("", "abcdefgh", true),
  ])
  func whatWaitsIsBounded(_ waiting: String, _ part: String, _ isTaken: Bool) async throws {
    let buffer = StreamBuffer(maximum: 4)
    if !waiting.isEmpty { #expect(Self.append(waiting, to: buffer)) }
    #expect(Self.append(part, to: buffer) == isTaken)
    #expect(buffer.isPaused == !isTaken)
    let next = try await buffer.next().get()
    #expect(next.bytes == Array((isTaken ? waiting + part : waiting).utf8))
    #expect(next.mustContinue == !isTaken)
    #expect(!buffer.isPaused)
  }

  @Test func afterACancellationThereIsNothing() async throws {
    let buffer = StreamBuffer(maximum: 4)
    buffer.setHead(StreamBuffer.Head(status: 200, fields: []))
    #expect(Self.append("ab", to: buffer))
    #expect(buffer.cancel())
    #expect(!buffer.cancel())
    for _ in 0..<3 { #expect(Self.append("cd", to: buffer)) }
    #expect(buffer.waitingBytes == 0)
    buffer.finish(.success(()))
    await #expect(throws: OutboundError.unreachable) { _ = try await buffer.head().get() }
    await #expect(throws: OutboundError.unreachable) { _ = try await buffer.next().get() }
  }
}
