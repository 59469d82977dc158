import TestSupport

/// Streams of requests that are almost valid.
struct Mutation {
  private var random: SplitMix64
  private let good: [[UInt8]]
  private let attacks = FramingAttack.all.map(\.bytes).filter { $0.count < 4096 }

  /// - Parameter good: streams of mostly valid requests.
  init(good: [[UInt8]], seed: UInt64) {
    self.good = good
    random = SplitMix64(seed: seed)
  }

  /// Texts that at least one of the two parsers interprets.
  private static let parts: [[UInt8]] =
    [
      "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "0", "1", "5", "a", "\"", "=",
      "\u{0}",
      "\u{b}", "\u{c}", "\u{7f}", "+", "-", "0x", "_", "chunked", "identity", "close",
      "keep-alive", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "content-length:5\r\n",
      "Transfer-Encoding: chunked\r\n", "Transfer-Encoding:\tchunked \r\n",
      "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n", "Connection: x, close\r\n",
      "Host: b\r\n", "X: y\r\n", "X:\r\n", " folded\r\n", "HTTP/1.1", "HTTP/1.0", "GET ", "POST ",
      "5\r\nhello\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "1;a=b\r\na\r\n", "http://a",
      "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
    ].map { Array($0.utf8) } + [[0x80], [0xFF], [0xC2, 0xA0]]

  mutating func next() -> [UInt8] {
    var bytes = stream()
    if Int.random(in: 0..<4, using: &random) == 0 { bytes += stream() }
    for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes) }
    return bytes
  }

  /// One in four is an attack. Nearly all attacks are refused.
  private mutating func stream() -> [UInt8] {
    pick(Int.random(in: 0..<4, using: &random) == 0 ? attacks : good)
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let start = place(in: bytes)
    let end = min(bytes.count, start + Int.random(in: 1...16, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes.insert(contentsOf: pick(Self.parts), at: start)
    case 1: bytes.replaceSubrange(start..<end, with: pick(Self.parts))
    case 2: bytes.removeSubrange(start..<end)
    case 3: bytes.insert(contentsOf: bytes[start..<end], at: place(in: bytes))
    case 4 where start < bytes.count:
      bytes[start] = UInt8.random(in: 0...255, using: &random)
    default:  // the rest of another stream, from the start of a line
      let other = stream()
      let lines = other.indices.filter { $0 == 0 || other[$0 - 1] == 0x0A }
      bytes.replaceSubrange(start..., with: other[pick(lines)...])
    }
  }

  private mutating func place(in bytes: [UInt8]) -> Int {
    Int.random(in: 0...bytes.count, using: &random)
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }
}
