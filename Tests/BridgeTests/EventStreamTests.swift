import Bridge
import Testing

/// WHATWG HTML §9.2.5 and §9.2.6.
struct EventStreamTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    /// As `type|data|id`.
    let events: [String]
    let lastID: String
    let retry: Duration?

    init(
      _ name: String, _ text: String, _ events: [String], lastID: String = "",
      retry: Duration? = nil
    ) {
      self.init(name, Array(text.utf8), events, lastID: lastID, retry: retry)
    }

    init(
      _ name: String, _ bytes: [UInt8], _ events: [String], lastID: String = "",
      retry: Duration? = nil
    ) {
      (testDescription, self.bytes, self.events) = (name, bytes, events)
      (self.lastID, self.retry) = (lastID, retry)
    }
  }

  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  static let rows = [
    Row("nothing", "", []),
    Row("one event", "data: a\n\n", ["|a|"]),
    Row("two events", "data: a\n\ndata: b\n\n", ["|a|", "|b|"]),
    Row("CR", "data: a\r\rdata: b\r\r", ["|a|", "|b|"]),
    Row("CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["|a|", "|b|"]),
    Row("mixed line ends", "data: a\r\ndata: b\n\rdata: c\r\n\n", ["|a\nb|", "|c|"]),
    Row("CR CR LF is two line ends", "data: a\r\r\ndata: b\n\n", ["|a|", "|b|"]),
    Row("several lines", "data: a\ndata: b\ndata:\ndata: c\n\n", ["|a\nb\n\nc|"]),
    Row("only the first space is dropped", "data:  a \n\ndata:b\n\n", ["| a |", "|b|"]),
    Row("a tab is no space", "data:\ta\n\n", ["|\ta|"]),
    Row("colons in the value", "data: {\"a\":1}\n\n", ["|{\"a\":1}|"]),
    Row("field without a colon", "data\ndata\n\n", ["|\n|"]),
    Row("type", "event: message\ndata: a\n\ndata: b\n\n", ["message|a|", "|b|"]),
    Row("the last type counts", "event: x\nevent\ndata: a\n\n", ["|a|"]),
    Row("a type without data is forgotten", "event: x\n\ndata: a\n\n", ["|a|"]),
    Row("comments", ": ping\n:\ndata: a\n: more\n\n:\n\n", ["|a|"]),
    Row("unknown fields", "dat: x\ndatas: x\nDATA: x\n data: x\ndata : x\ndata: a\n\n", ["|a|"]),
    Row("id", "id: 1\ndata: a\n\ndata: b\n\n", ["|a|1", "|b|1"], lastID: "1"),
    Row("an id after the data", "data: a\nid: 1\n\n", ["|a|1"], lastID: "1"),
    Row("an empty id", "id: 1\ndata: a\n\nid\ndata: b\n\n", ["|a|1", "|b|"]),
    Row("an id with NUL", "id: 1\n\nid: a\0b\ndata: a\n\n", ["|a|1"], lastID: "1"),
    Row("an id of an event that has not ended", "id: 1\n\nid: 2\ndata: a\n", [], lastID: "1"),
    Row("an id and empty data", "id: 1\ndata:\n\n", [], lastID: "1"),
    Row("an id and a space as data", "id: 1\ndata: \n\n", [], lastID: "1"),
    Row("an id alone", "id: 1\n\n", [], lastID: "1"),
    Row("empty data and no id", "data:\n\ndata: a\n\n", ["|a|"]),
    Row(
      "the longest id", "id: \(String(repeating: "i", count: 4096))\n\n", [],
      lastID: String(repeating: "i", count: 4096)),
    Row(
      "a longer id is none", "id: 1\n\nid: \(String(repeating: "i", count: 4097))\n\n", []),
    Row("retry", "retry: 3000\n\n", [], retry: .seconds(3)),
    Row("retry counts without an empty line", "retry:0\n", [], retry: .zero),
    Row(
      "no number", "retry: 5\nretry: +6\nretry: 6 \nretry: 6.5\nretry: -1\nretry:\nretry\n", [],
      retry: .milliseconds(5)),
    Row("the longest retry", "retry: 86400000\n", [], retry: .seconds(86_400)),
    Row("a longer retry", "retry: 86400001\n", [], retry: .seconds(86_400)),
    Row(
      "a retry that no integer holds", "retry: \(String(repeating: "9", count: 50))\n", [],
      retry: .seconds(86_400)),
    Row("mark", mark + Array("data: a\n\n".utf8), ["|a|"]),
    Row("mark before a line end", mark + Array("\ndata: a\n\n".utf8), ["|a|"]),
    Row("two marks", mark + mark + Array("data: x\ndata: a\n\n".utf8), ["|a|"]),
    Row("mark later", Array("data: a\n".utf8) + mark + Array("data: x\n\n".utf8), ["|a|"]),
    Row("half a mark", [0xEF, 0xBB] + Array("data: x\ndata: a\n\n".utf8), ["|a|"]),
    Row("no end", "data: a\n\ndata: b\n", ["|a|"]),
    Row("no line end", "data: a\n\ndata: b", ["|a|"]),
    Row("empty lines", "\n\n\r\n\rdata: a\n\n\n\n", ["|a|"]),
    Row("NUL in the data", "data: a\0b\n\n", ["|a\0b|"]),
  ]

  static func text(_ event: EventStream.Event) -> String {
    [event.type, event.data, event.id].map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: "|")
  }

  @Test(arguments: rows)
  func reads(_ row: Row) throws {
    var stream = EventStream(limit: 8192)
    let events = try stream.append(row.bytes)
    #expect(events.map(Self.text) == row.events)
    #expect(stream.lastEventID == Array(row.lastID.utf8))
    #expect(stream.retry == row.retry)
  }

  /// In two pieces at every position, and byte by byte.
  @Test(arguments: rows.filter { $0.bytes.count < 200 })
  func piecesDoNotMatter(_ row: Row) throws {
    for position in 0...row.bytes.count {
      var stream = EventStream(limit: 8192)
      var events = try stream.append(row.bytes[..<position])
      events += try stream.append(row.bytes[position...])
      #expect(events.map(Self.text) == row.events, "at \(position)")
      #expect(stream.lastEventID == Array(row.lastID.utf8), "at \(position)")
    }
    var stream = EventStream(limit: 8192)
    let events = try row.bytes.flatMap { try stream.append([$0]) }
    #expect(events.map(Self.text) == row.events)
    #expect(stream.retry == row.retry)
  }

  /// An event is handed out with the CR of its empty line: the LF may come much later.
  @Test func waitsForNoLineFeed() throws {
    var stream = EventStream(limit: 100)
    #expect(try stream.append(Array("data: a\r\n\r".utf8)).map(Self.text) == ["|a|"])
    #expect(try stream.append(Array("\ndata: b\r\n".utf8)).isEmpty)
    #expect(try stream.append(Array("\r".utf8)).map(Self.text) == ["|b|"])
  }

  @Test func bytesThatAreNoUTF8AreKept() throws {
    var stream = EventStream(limit: 100)
    let bytes: [UInt8] = [0xFF, 0xC0, 0x80]
    #expect(
      try stream.append(Array("data: ".utf8) + bytes + Array("\n\n".utf8)).map(\.data) == [bytes])
  }

  // MARK: Limits

  static let ten = "0123456789"

  /// With a limit of 10 bytes.
  @Test(arguments: [
    ("the longest line", "data: 0123\n\n", true),
    ("a longer line", "data: 01234\n\n", false),
    ("a comment", ":\(ten)\n", false),
    ("a line without end", ":\(ten)", false),
    ("a mark and the longest line", "\u{FEFF}data: 0123\n\n", true),
    ("a mark and a longer line", "\u{FEFF}data: 01234\n\n", false),
    ("a second line of the same length as a mark allows", "\n\u{FEFF}data: 012\n", false),
    ("the longest data", "data:01234\ndata:567\ndata\n\n", true),
    ("longer data", "data:01234\ndata:56789\n\n", false),
    ("data of line ends alone", String(repeating: "data\n", count: 12), false),
    ("data after an event", "data: 0123\n\ndata: 0123\n\n", true),
  ])
  func theLimit(_ name: String, _ text: String, _ isAllowed: Bool) {
    for length in [1, 3, 1000] {
      var stream = EventStream(limit: 10)
      var rest = Array(text.utf8)[...]
      var error: EventStream.TooLarge?
      while !rest.isEmpty, error == nil {
        do throws(EventStream.TooLarge) {
          _ = try stream.append(rest.prefix(length))
        } catch let thrown {
          error = thrown
        }
        rest = rest.dropFirst(length)
      }
      #expect((error == nil) == isAllowed, "in pieces of \(length)")
    }
  }

  @Test func afterAnErrorNothingIsRead() {
    var stream = EventStream(limit: 10)
    #expect(throws: EventStream.TooLarge.self) { try stream.append(Array(":\(Self.ten)".utf8)) }
    #expect(throws: EventStream.TooLarge.self) { try stream.append(Array("\ndata: a\n\n".utf8)) }
  }

  /// A line in 131,072 pieces of a byte. With a search from the start of the line, or a
  /// copy of it, for each piece, these would be 8 billion bytes.
  @Test(.timeLimit(.minutes(10)))
  func theTimeIsLinear() throws {
    let length = 1 << 17
    var stream = EventStream(limit: 1 << 21)
    var events: [EventStream.Event] = []
    for byte in Array("data:".utf8) + Array(repeating: 97, count: length) + Array("\n\n".utf8) {
      events += try stream.append(CollectionOfOne(byte))
    }
    #expect(events.map(\.data.count) == [length])
  }

  /// WHATWG HTML §9.2.3: an event without an id does not forget the one of an earlier connection.
  @Test func anotherConnectionKeepsTheID() throws {
    var stream = EventStream(limit: 100)
    _ = try stream.append(Array("id: 7\nretry: 9\ndata: a\n\ndata: half".utf8))
    stream = EventStream(resuming: stream)
    #expect(stream.lastEventID == Array("7".utf8))
    #expect(try stream.append(Array("data: b\n\n".utf8)).map(\.data) == [Array("b".utf8)])
    #expect(stream.lastEventID == Array("7".utf8) && stream.retry == .milliseconds(9))
    _ = try stream.append(Array("id\ndata: c\n\n".utf8))
    #expect(stream.lastEventID.isEmpty)
  }
}
