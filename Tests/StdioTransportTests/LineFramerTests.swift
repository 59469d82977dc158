import Testing

@testable import StdioTransport

/// MCP basic/transports/stdio: messages are delimited by newlines.
struct LineFramerTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let chunks: [String]
    let lines: [String]
    /// The result of `finish` at the end of the stream.
    var rest: String?
  }

  static let rows = [
    Row(testDescription: "one line", chunks: ["a\n"], lines: ["a"]),
    Row(testDescription: "two lines in one chunk", chunks: ["a\nb\n"], lines: ["a", "b"]),
    Row(testDescription: "a line in three chunks", chunks: ["a", "b", "c\n"], lines: ["abc"]),
    Row(testDescription: "end inside a chunk", chunks: ["a\nb", "c\n"], lines: ["a", "bc"]),
    Row(testDescription: "no end at the end", chunks: ["a\nb"], lines: ["a"], rest: "b"),
    Row(testDescription: "CRLF: CR is white space of JSON", chunks: ["a\r\n"], lines: ["a\r"]),
    Row(testDescription: "blank lines", chunks: ["\n\r\n \t\na\n"], lines: ["a"]),
    Row(testDescription: "blank end", chunks: ["a\n \r"], lines: ["a"]),
    Row(
      testDescription: "only LF cuts (S14)",
      chunks: ["a\u{2028}b\u{2029}c\u{85}d\u{0}e\rf\u{b}g\n"],
      lines: ["a\u{2028}b\u{2029}c\u{85}d\u{0}e\rf\u{b}g"]),
  ]

  @Test(arguments: rows)
  func cuts(_ row: Row) {
    var framer = LineFramer()
    var lines: [LineFramer.Line] = []
    for chunk in row.chunks {
      framer.append(Array(chunk.utf8))
      while let line = framer.next() { lines.append(line) }
    }
    #expect(lines == row.lines.map { .complete(Array($0.utf8)) })
    #expect(framer.finish() == row.rest.map { .complete(Array($0.utf8)) })
  }

  @Test(arguments: [(0, false), (1, true)])
  func boundsALine(_ excess: Int, _ tooLong: Bool) {
    var framer = LineFramer()
    framer.append(repeatElement(UInt8(ascii: "x"), count: LineFramer.maximumLength + excess))
    framer.append(Array("\nnext\n".utf8))
    let first = framer.next()
    #expect((first == .tooLong) == tooLong)
    #expect(framer.next() == .complete(Array("next".utf8)))
    #expect(framer.next() == nil)
  }

  /// A server may have a limit of its own, also after the end of an input.
  @Test func aLimitOfItsOwn() {
    var framer = LineFramer(maximumLength: 3)
    for _ in 0..<2 {
      framer.append("abc\nabcd\n".utf8)
      #expect(framer.next() == .complete(Array("abc".utf8)))
      #expect(framer.next() == .tooLong)
      #expect(framer.finish() == nil)
    }
  }

  @Test func skipsALongLineWithoutKeepingIt() {
    var framer = LineFramer()
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
    var lines: [LineFramer.Line] = []
    for _ in 0..<20 {
      framer.append(chunk)
      while let line = framer.next() { lines.append(line) }
    }
    #expect(lines == [.tooLong], "reported once, as soon as it is too long")
    framer.append(Array("end\nnext\n".utf8))
    #expect(framer.next() == .complete(Array("next".utf8)))
    #expect(framer.finish() == nil)
  }
}
