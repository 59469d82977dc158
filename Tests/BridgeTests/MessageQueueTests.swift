import Testing

@testable import Bridge

struct MessageQueueTests {
  private final class Element {}

  /// CWE-401: a client that always has another message on its way.
  @Test func aQueueThatIsNeverEmptyDoesNotGrow() {
    var queue = MessageQueue<Int>()
    queue.append(0)
    for number in 1...10_000 {
      queue.append(number)
      #expect(queue.takeFirst() == number - 1)
      #expect(queue.count == 1 && queue.placeCount <= 3)
    }
    #expect(queue.takeFirst() == 10_000)
    #expect(queue.takeFirst() == nil)
    #expect(queue.placeCount == 0)
  }

  @Test func whatWasTakenIsNotKept() {
    var queue = MessageQueue<Element>()
    for _ in 0..<10 { queue.append(Element()) }
    weak let taken = queue.takeFirst()
    #expect(taken == nil)
    #expect(queue.count == 9)
  }
}
