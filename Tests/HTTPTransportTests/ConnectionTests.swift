import Testing

@testable import HTTPTransport

struct ConnectionTests {
  static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
  static let ok = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: "

  static let tooLarge =
    "HTTP/1.1 413 Content Too Large\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n"
    + "Connection: close\r\n\r\n"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let sent: String
    let answer: String
    let stays: Bool

    init(_ name: String, _ sent: String, _ answer: String, stays: Bool = true) {
      (testDescription, self.sent, self.answer, self.stays) = (name, sent, answer, stays)
    }
  }

  static let rows = [
    Row("GET", get, ok + "2\r\n\r\n/a"),
    Row("HEAD: the length, no body", "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n", ok + "2\r\n\r\n"),
    Row("one empty line before", "\r\n" + get, ok + "2\r\n\r\n/a"),
    Row("query", "GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n", ok + "5\r\n\r\n/ab?c"),
    Row("absolute form", "GET http://a?b HTTP/1.1\r\nhost: A\r\n\r\n", ok + "2\r\n\r\n/b"),
    Row("asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ok + "1\r\n\r\n*"),
    Row(
      "h2c is not heard", "GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", ok + "2\r\n\r\n/a"),
    Row(
      "length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", ok + "3\r\n\r\nabc"),
    Row(
      "chunks, an extension and a trailer",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nHost: b\r\n\r\n",
      ok + "3\r\n\r\nabc"),
    Row(
      "a length within the responder's limit",
      "POST /four HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", ok + "4\r\n\r\nabcd"),
    Row(
      "a length over it: the body is not read",
      "POST /four HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", tooLarge, stays: false),
    Row(
      "chunks over it",
      "POST /four HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n",
      tooLarge, stays: false),
    // RFC 9112 §7.1.1
    Row(
      "every form of a chunk extension",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a;b=c;d=\"\";e=\"x;=\\\"\\\\\t\u{e9}\"\r\na\r\n0;z\r\n\r\n",
      ok + "1\r\n\r\na"),
    Row(
      "close", "GET /a HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
      ok + "2\r\nConnection: close\r\n\r\n/a", stays: false),
    // RFC 9110 §5.6.1: only commas separate options.
    Row(
      "an option with a space is not close",
      "GET /a HTTP/1.1\r\nHost: a\r\nConnection: x close,close y\r\n\r\n",
      ok + "2\r\n\r\n/a"),
    Row(
      "close among tabs and empty options",
      "GET /a HTTP/1.1\r\nHost: a\r\nConnection: ,\tcLoSe\t,\r\n\r\n",
      ok + "2\r\nConnection: close\r\n\r\n/a", stays: false),
    Row(
      "HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", ok + "2\r\nConnection: close\r\n\r\n/a", stays: false),
    Row(
      "HTTP/1.0 that stays", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      ok + "2\r\nConnection: keep-alive\r\n\r\n/a"),
    // CVE-2022-3215
    Row(
      "H22 a field that would split", "GET /split HTTP/1.1\r\nHost: a\r\n\r\n",
      ok + "0\r\nY: c\r\n\r\n"),
    Row(
      "no length on 204", "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n",
      "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"),
  ]

  @Test(arguments: rows)
  func answers(_ row: Row) throws {
    let wire = try Wire()
    try wire.send(row.sent)
    #expect(try wire.received() == row.answer)
    try wire.send(Self.get)
    #expect(try wire.received() == (row.stays ? Self.ok + "2\r\n\r\n/a" : ""))
  }

  @Test(arguments: rows)
  func answersTheSameHoweverItIsSplit(_ row: Row) throws {
    let bytes = Array(row.sent.utf8)
    for cut in 1..<bytes.count {
      let wire = try Wire()
      try wire.send(Array(bytes[..<cut]))
      try wire.send(Array(bytes[cut...]))
      #expect(try wire.received() == row.answer, "cut at \(cut)")
    }
  }

  /// H15
  @Test func answersPipelinedRequestsInOrder() throws {
    let wire = try Wire()
    let sent = (0..<2000).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
    try wire.send(sent)
    let bodies = try wire.received().split(separator: "\r\n\r\n").dropFirst().map {
      $0.prefix { $0 != "H" }
    }
    #expect(bodies == (0..<2000).map { "/\($0)" })
  }

  /// H16
  @Test func readsPastASmallBodyNobodyWants() throws {
    let wire = try Wire()
    try wire.send("POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nGET /evil ")
    #expect(Wire.statuses(try wire.received()) == ["401"])
    try wire.send("HTTP/1.1\r\nHost: a\r\n\r\n123456789" + Self.get)
    #expect(try wire.received() == Self.ok + "2\r\n\r\n/a")
  }

  /// H16
  @Test(arguments: ["Content-Length: 65537", "Expect: 100-continue\r\nContent-Length: 1"])
  func closesBeforeABodyNobodyWants(_ field: String) throws {
    let wire = try Wire()
    try wire.send("POST /refuse HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
    let answer = try wire.received()
    #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("Connection: close"))
  }

  /// RFC 9110 §10.1.1
  @Test func continuesOnlyWhenTheBodyIsWanted() throws {
    let wire = try Wire()
    try wire.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    #expect(try wire.received() == "HTTP/1.1 100 Continue\r\n\r\n")
    try wire.send("a")
    #expect(try wire.received() == Self.ok + "1\r\n\r\na")
  }

  @Test func aBodyThatBreaksOffIsAborted() throws {
    let wire = try Wire()
    try wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    try wire.close()
    #expect(wire.echo.record.all == ["aborted"])
  }

  static let slow: [(sent: String, status: [String])] = [
    ("", []), ("GET / HTTP/1.1\r\nHo", ["408"]), ("\r\n", ["408"]),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na", ["408"]),
  ]

  /// RFC 9110 §15.5.9
  @Test(arguments: slow)
  func slownessEnds(_ sent: String, _ status: [String]) throws {
    let wire = try Wire()
    if !sent.isEmpty { try wire.send(sent) }
    wire.advance(seconds: 9)
    #expect(try wire.received().isEmpty && wire.isOpen)
    wire.advance(seconds: 2)
    #expect(Wire.statuses(try wire.received()) == status)
    wire.advance(seconds: 3)
    #expect(!wire.isOpen)
  }

  /// ASVS 15.2.2: single bytes in time do not extend the time limit.
  @Test func aTrickleDoesNotResetTheTime() throws {
    let wire = try Wire()
    try wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
    for _ in 0..<11 {
      wire.advance(seconds: 1)
      try wire.send("a")
    }
    #expect(Wire.statuses(try wire.received()) == ["408"])
    #expect(wire.echo.record.all == ["timeout"])
  }

  static let idle: [(paths: [String], seconds: Int64)] = [
    (["/a"], 10), (["/accepted"], 60), (["/accepted", "/a"], 60), (["/a", "/accepted"], 60),
  ]

  /// R12: before a request is accepted, the idle timeout is shorter.
  @Test(arguments: idle)
  func idlenessEnds(_ paths: [String], _ seconds: Int64) throws {
    let wire = try Wire()
    for path in paths { try wire.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n") }
    wire.advance(seconds: seconds - 1)
    #expect(wire.isOpen)
    wire.advance(seconds: 2)
    #expect(!wire.isOpen)
  }

  @Test func stoppingClosesTheIdleAndAnswersTheBegun() throws {
    let idle = try Wire()
    idle.stop()
    idle.advance(seconds: 1)
    #expect(!idle.isOpen)

    let begun = try Wire()
    try begun.send("GET /a HTTP/1.1\r\nHo")
    begun.stop()
    begun.advance(seconds: 1)
    try begun.send("st: a\r\n\r\n" + Self.get)
    let answer = try begun.received()
    #expect(Wire.statuses(answer) == ["200", "200"])
    #expect(answer.hasSuffix("Connection: close\r\n\r\n/a"))
  }
}
