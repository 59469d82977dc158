private import Support

/// Elements in their order. What was taken is given back: also if the queue is never empty, it has at
/// most twice as many places as elements, and some more.
struct MessageQueue<Element> {
  private var places: [Element?] = []
  private var first = 0

  var count: Int { places.count - first }

  mutating func append(_ element: Element) { places.append(element) }

  /// `nil` without an element.
  mutating func takeFirst() -> Element? {
    guard first < places.count else { return nil }
    let element = places[first]
    places[first] = nil
    first += 1
    // CWE-401: each element is moved once on the average.
    if first > places.count / 2 {
      places.removeFirst(first)
      first = 0
    }
    return element
  }

  /// For tests.
  var placeCount: Int { places.count }
}
