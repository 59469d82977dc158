import Testing

@testable import HTTPTransport

/// RFC 9112 §11.2: what two readers could read in two ways is refused, and nothing after it read.
struct RequestAttackTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: String
    var status = "400"

    init(_ name: String, _ bytes: String, _ status: String = "400") {
      (testDescription, self.bytes, self.status) = (name, bytes, status)
    }
  }

  /// A POST with these field lines.
  static func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
  }

  static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

  static let get = "GET / HTTP/1.1\r\nHost: a\r\n"

  static let rows = [
    Row(
      "H1 length, then coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")
    ),
    Row(
      "H1 coding, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")
    ),
    Row("H2 two lengths", post("Content-Length: 1\r\nContent-Length: 2", "ab")),
    Row("H2 two equal lengths", post("Content-Length: 1\r\nContent-Length: 1", "a")),
    Row("H2 a list of lengths", post("Content-Length: 1, 1", "a")),
    Row("H3 plus", post("Content-Length: +1", "a")),
    Row("H3 minus", post("Content-Length: -1", "a")),
    Row("H3 hexadecimal", post("Content-Length: 0x1", "a")),
    Row("H3 underscore", post("Content-Length: 1_0", "a")),
    Row("H3 empty", post("Content-Length:", "a")),
    Row("H3 inner space", post("Content-Length: 1 1", "a")),
    Row("H3 2^63", post("Content-Length: 9223372036854775808")),
    Row("H3 2^64", post("Content-Length: 18446744073709551616")),
    Row("H3 other digits", post("Content-Length: \u{661}", "a")),
    Row("H5 xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
    Row("H5 identity", post("Transfer-Encoding: identity", "0\r\n\r\n")),
    Row("H5 gzip, chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
    Row("H5 twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
    Row("H5 quoted", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")),
    Row("H5 empty", post("Transfer-Encoding:", "0\r\n\r\n")),
    Row("H5 vertical tab", post("Transfer-Encoding: \u{b}chunked", "0\r\n\r\n")),
    Row("H7 coding on HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Row("H8 no chunk size", chunked("\r\n")),
    Row("H8 chunk size 0x1", chunked("0x1\r\na\r\n")),
    Row("H8 chunk size -1", chunked("-1\r\na\r\n")),
    Row("H8 chunk size of 17 digits", chunked("10000000000000001\r\na\r\n")),
    Row("H8 space before the size", chunked(" 1\r\na\r\n")),
    Row("H8 space after the size", chunked("1 \r\na\r\n")),
    Row("H8 more data than the size", chunked("1\r\nab\r\n")),
    Row("H8 bare LF after the size", chunked("1\na\r\n0\r\n\r\n")),
    Row("H8 bare LF after the data", chunked("1\r\na\n0\r\n\r\n")),
    Row("H8 bare CR in an extension", chunked("1;\rx\r\na\r\n")),
    // RFC 9112 §7.1.1
    Row("H35 extension without a name", chunked("1;\r\na\r\n")),
    Row("H35 extension with a value alone", chunked("1;=a\r\na\r\n")),
    Row("H35 extension without its value", chunked("1;a=\r\na\r\n")),
    Row("H35 two values", chunked("1;a=b=c\r\na\r\n")),
    Row("H35 two semicolons", chunked("1;;a\r\na\r\n")),
    Row("H35 a name that is no token", chunked("1;a@b\r\na\r\n")),
    Row("H35 a value that is no token", chunked("1;a=b,c\r\na\r\n")),
    Row("H35 a quoted name", chunked("1;\"a\"\r\na\r\n")),
    Row("H35 text behind a quoted value", chunked("1;a=\"b\"c\r\na\r\n")),
    Row("H35 quote without end", chunked("1;a=\"b\r\na\r\n0\r\n\r\n")),
    Row("H35 CRLF in quotes", chunked("1;a=\"\r\na\r\n0\r\n\r\n\"\r\na\r\n0\r\n\r\n")),
    Row("H35 escaped CRLF in quotes", chunked("1;a=\"\\\r\n\"\r\na\r\n0\r\n\r\n")),
    Row("H35 backslash at the end", chunked("1;a=\"\\\r\na\r\n")),
    Row("H35 bare LF in quotes", chunked("1;a=\"\n\"\r\na\r\n")),
    Row("H35 NUL in quotes", chunked("1;a=\"\u{0}\"\r\na\r\n")),
    Row("H35 DEL in quotes", chunked("1;a=\"\u{7f}\"\r\na\r\n")),
    Row("H35 escaped NUL", chunked("1;a=\"\\\u{0}\"\r\na\r\n")),
    Row("H35 space before the semicolon", chunked("1 ;a\r\na\r\n")),
    Row("H35 space around the equals sign", chunked("1;a = b\r\na\r\n")),
    Row("H35 extension behind the last chunk", chunked("0;a=\"\r\n\r\n")),
    Row("H8 bare LF in the trailer", chunked("0\r\nX: y\n\r\n")),
    Row("H8 extension of 257 bytes", chunked("1;" + String(repeating: "x", count: 256) + "\r\n")),
    Row("H8 unending extension", chunked("1;" + String(repeating: "x", count: 300))),
    Row("H8 trailer that is no field", chunked("0\r\nX\r\n\r\n")),
    Row("H8 unending trailer", chunked("0\r\n" + String(repeating: "X: y\r\n", count: 101))),
    Row("bare LF in the head", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
    Row("bare LF between fields", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
    Row("bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    Row("H13 NUL in a value", get + "X: a\u{0}b\r\n\r\n"),
    Row("H13 CR in a value", get + "X: a\rb\r\n\r\n"),
    Row("H13 NUL in a name", get + "X\u{0}: a\r\n\r\n"),
    Row("H13 folded line", get + "X: a\r\n b\r\n\r\n"),
    Row("H13 folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    Row("H13 no colon", get + "X\r\n\r\n"),
    Row("H13 no name", get + ": x\r\n\r\n"),
    Row("H13 space before colon", get + "X : y\r\n\r\n"),
    Row("H13 tab in the target", "GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    Row("HTTP/0.9", "GET /\r\n\r\n"),
    Row("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    Row("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
    Row("lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
    Row("H18 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Row("H18 CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    Row("asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("H12 absolute form of another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("absolute form with user", "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n"),
    Row("absolute form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("no Host", "GET / HTTP/1.1\r\n\r\n"),
    Row("two Hosts", get + "Host: a\r\n\r\n"),
    Row("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Row("Host that is a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    Row("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("TLS on the plain port", "\u{16}\u{3}\u{1}\u{0}\r\n\r\n"),
    Row("another expectation", post("Expect: x\r\nContent-Length: 1", "a"), "417"),
    Row(
      "H20 target of 8 KiB and 1", "GET /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\n", "414"
    ),
    Row(
      "H20 method that is as long",
      "\(String(repeating: "A", count: 8300)) / HTTP/1.1\r\nHost: a\r\n\r\n",
      "414"),
    Row("H20 target of 80 kB", "GET /\(String(repeating: "a", count: 80_000))", "414"),
    Row("H20 101 fields", get + String(repeating: "X: y\r\n", count: 100), "431"),
    Row("H20 70,000 fields", get + String(repeating: "X: y\r\n", count: 70_000), "431"),
    Row("H20 head of 16 KiB and 1", get + "X: \(String(repeating: "a", count: 16_384))", "431"),
    Row("body over 1 MiB by its length", post("Content-Length: 1048577"), "413"),
    Row(
      "body over 1 MiB by chunks", chunked("100001\r\n" + String(repeating: "a", count: 1_048_577)),
      "413"),
  ]

  @Test(arguments: rows)
  func answersOnceAndCloses(_ row: Row) throws {
    let wire = try Wire()
    try wire.send(row.bytes)
    try wire.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    let answer = try wire.received()
    #expect(Wire.statuses(answer) == [row.status])
    #expect(answer.contains("\r\nConnection: close\r\n"))
    #expect(!answer.contains("/next"))
    wire.advance(seconds: 20)
    #expect(!wire.isOpen)
  }

  @Test(arguments: rows.filter { $0.bytes.utf8.count < 500 })
  func answersTheSameByteByByte(_ row: Row) throws {
    let wire = try Wire()
    for byte in row.bytes.utf8 { try wire.send([byte]) }
    #expect(Wire.statuses(try wire.received()) == [row.status])
  }
}
