/// A request that two parsers could read differently, or that is over a limit (RFC 9112 §11.2). The
/// server must answer once with `status`, parse no bytes after it, and close the connection.
///
/// Two test suites use this table: the connection without a socket (`HTTPTransportTests`) and the
/// whole `CalculatorHTTP` over TCP and over TLS (`AttackTests`). The file is long because it is
/// this table.
package struct FramingAttack: Sendable, CustomStringConvertible {
  /// The row of ATTACKS.md.
  package let id: String
  package let name: String
  /// The section that the request breaks.
  package let rule: String
  package let bytes: [UInt8]
  package let status: Int

  package var description: String { "\(id) \(name)" }

  private init(_ id: String, _ name: String, _ rule: String, bytes: [UInt8], status: Int = 400) {
    (self.id, self.name, self.rule, self.bytes, self.status) = (id, name, rule, bytes, status)
  }

  private init(_ id: String, _ name: String, _ rule: String, _ text: String, status: Int = 400) {
    self.init(id, name, rule, bytes: Array(text.utf8), status: status)
  }

  package static let all: [FramingAttack] =
    lengths + codings + chunks + extensions + heads + hosts + targets + methods + sizes

  // MARK: The parts of a request

  /// A head that `CalculatorHTTP` accepts before its last field line, so that it reads the body.
  private static let fields =
    "Host: 127.0.0.1:8080\r\nX-API-Key: correct-horse-battery-staple\r\n"
    + "Content-Type: application/json\r\n"

  /// A POST with `lines` after the usual fields.
  private static func post(_ lines: String, _ body: String = "", line: String? = nil) -> String {
    "\(line ?? "POST /mcp HTTP/1.1")\r\n\(fields)\(lines)\r\n\r\n\(body)"
  }

  private static func length(_ value: String, _ body: String = "a") -> String {
    post("Content-Length: \(value)", body)
  }

  private static func coding(_ value: String) -> String {
    post("Transfer-Encoding: \(value)", "0\r\n\r\n")
  }

  private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

  /// A GET with this target and version, or another whole request line.
  private static func line(_ line: String) -> String { "\(line)\r\nHost: 127.0.0.1:8080\r\n\r\n" }

  private static func host(_ lines: String, line: String = "GET /healthz HTTP/1.1") -> String {
    "\(line)\r\n\(lines)\r\n"
  }

  private static func long(_ count: Int, _ text: String = "a") -> String {
    String(repeating: text, count: count)
  }

  // MARK: Lengths

  package static let lengths: [FramingAttack] =
    [
      .init(
        "H1", "a length, then a coding", "RFC 9112 §6.3",
        post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
      .init(
        "H1", "a coding, then a length", "RFC 9112 §6.3",
        post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
      .init(
        "H2", "two lengths", "RFC 9112 §6.3",
        post("Content-Length: 1\r\nContent-Length: 2", "ab")),
      .init(
        "H2", "two lengths, one of them 0", "RFC 9112 §6.3",
        post("Content-Length: 0\r\nContent-Length: 5")),
      .init(
        "H2", "two equal lengths", "RFC 9112 §6.3",
        post("Content-Length: 1\r\ncontent-length: 1", "a")),
      .init("H2", "a list of equal lengths", "RFC 9112 §6.3", length("1, 1")),
    ]
    + [
      "+1", "-1", "0x1", "1_0", "", "1 0", "1;", "\u{661}", "9223372036854775808",
      "18446744073709551616", "1e1", "1.0",
    ].map { .init("H3", "the length '\($0)'", "RFC 9110 §8.6", length($0)) }

  // MARK: Transfer codings

  package static let codings: [FramingAttack] =
    [
      "xchunked", "identity", "\"chunked\"", "gzip, chunked", "chunked, chunked", "chunked;x=1",
      "\u{b}chunked", "", "chunke\u{212A}",
    ].map { .init("H5", "the coding '\($0)'", "RFC 9112 §6.1, §7", coding($0)) }
    + [
      .init(
        "H5", "chunked in two fields", "RFC 9112 §6.1",
        coding("chunked\r\nTransfer-Encoding: chunked")),
      .init(
        "H5", "chunked and an unknown coding", "RFC 9112 §6.1",
        coding("chunked\r\nTransfer-Encoding: x")),
      .init(
        "H7", "chunked on HTTP/1.0", "RFC 9112 §6.1",
        post("Transfer-Encoding: chunked", "0\r\n\r\n", line: "POST /mcp HTTP/1.0")),
    ]

  // MARK: Chunks

  package static let chunks: [FramingAttack] =
    [
      ("no size", "\r\n"), ("the size 0x1", "0x1\r\na\r\n"), ("the size -1", "-1\r\na\r\n"),
      ("the size +1", "+1\r\na\r\n"), ("a size of 17 digits", "10000000000000001\r\na\r\n"),
      ("a space before the size", " 1\r\na\r\n"), ("a space after the size", "1 \r\na\r\n"),
      ("more data than the size", "1\r\nab\r\n"), ("bare LF after the size", "1\na\r\n0\r\n\r\n"),
      ("bare LF after the data", "1\r\na\n0\r\n\r\n"),
      ("bare CR in an extension", "1;\rx\r\na\r\n"), ("bare LF in the trailer", "0\r\nX: y\n\r\n"),
      ("an extension of 257 bytes", "1;\(long(256, "x"))\r\n"),
      ("an extension without an end", "1;\(long(300, "x"))"),
      ("a trailer that is no field", "0\r\nX\r\n\r\n"),
      ("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
      ("a trailer of 101 fields", "0\r\n\(long(101, "X: y\r\n"))"),
    ].map { .init("H8", $0.0, "RFC 9112 §7.1", chunked($0.1)) }

  package static let extensions: [FramingAttack] =
    [
      ("an extension without a name", "1;\r\na\r\n"),
      ("an extension with a value alone", "1;=a\r\na\r\n"),
      ("an extension without its value", "1;a=\r\na\r\n"),
      ("two values", "1;a=b=c\r\na\r\n"), ("two semicolons", "1;;a\r\na\r\n"),
      ("a name that is no token", "1;a@b\r\na\r\n"),
      ("a value that is no token", "1;a=b,c\r\na\r\n"),
      ("a quoted name", "1;\"a\"\r\na\r\n"),
      ("text behind a quoted value", "1;a=\"b\"c\r\na\r\n"),
      ("a quote without an end", "1;a=\"b\r\na\r\n0\r\n\r\n"),
      ("CRLF in quotes", "1;a=\"\r\na\r\n0\r\n\r\n\"\r\na\r\n0\r\n\r\n"),
      ("an escaped CRLF in quotes", "1;a=\"\\\r\n\"\r\na\r\n0\r\n\r\n"),
      ("a backslash at the end", "1;a=\"\\\r\na\r\n"),
      ("bare LF in quotes", "1;a=\"\n\"\r\na\r\n"),
      ("NUL in quotes", "1;a=\"\u{0}\"\r\na\r\n"), ("DEL in quotes", "1;a=\"\u{7f}\"\r\na\r\n"),
      ("an escaped NUL", "1;a=\"\\\u{0}\"\r\na\r\n"),
      ("a space before the semicolon", "1 ;a\r\na\r\n"),
      ("spaces around the equals sign", "1;a = b\r\na\r\n"),
      ("an extension of the last chunk", "0;a=\"\r\n\r\n"),
    ].map { .init("H35", $0.0, "RFC 9112 §7.1.1", chunked($0.1)) }

  // MARK: The head

  package static let heads: [FramingAttack] = [
    .init(
      "H13", "bare LF after the request line", "RFC 9112 §2.2",
      "GET /healthz HTTP/1.1\n\(fields)\r\n"),
    .init("H13", "bare LF between fields", "RFC 9112 §2.2", post("X: a\nContent-Length: 0")),
    .init(
      "H13", "bare LF behind the head", "RFC 9112 §2.2",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n"),
    .init(
      "H13", "two bare LF behind the head", "RFC 9112 §2.2",
      "GET /healthz HTTP/1.1\r\nHost: localhost\n\n"),
    .init("H13", "NUL in a value", "RFC 9110 §5.5", post("X: a\u{0}b")),
    .init("H13", "CR in a value", "RFC 9110 §5.5", post("X: a\rb")),
    .init("H22", "CR before a field in a value", "RFC 9110 §5.5", post("X: add\rX-Injected: 1")),
    .init("H13", "NUL in a name", "RFC 9110 §5.1", post("X\u{0}: a")),
    .init(
      "H13", "a value that is no UTF-8", "RFC 9110 §5.5",
      bytes: Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ".utf8) + [0xFF]
        + Array("\r\n\r\n".utf8)),
    .init("H13", "a folded line", "RFC 9112 §5.2", post("X: a\r\n Content-Length: 0")),
    .init(
      "H13", "a folded first line", "RFC 9112 §2.2",
      "GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n"),
    .init("H13", "no colon", "RFC 9112 §5", post("X")),
    .init("H13", "no name", "RFC 9112 §5", post(": x")),
    .init("H13", "a space before the colon", "RFC 9112 §5.1", post("Content-Length : 5")),
    .init(
      "H13", "a tab before the colon", "RFC 9112 §5.1", host("Host\t: localhost\r\n")),
    .init("H13", "two empty lines before", "RFC 9112 §2.2", "\r\n\r\n" + post("X: y")),
    .init("H13", "two spaces", "RFC 9112 §3", line("GET  /healthz HTTP/1.1")),
    .init("H13", "a space at the end", "RFC 9112 §3", line("GET /healthz HTTP/1.1 ")),
    .init("H13", "HTTP/0.9", "RFC 9112 §2.3", "GET /healthz\r\n\r\n"),
    .init("H13", "HTTP/2.0", "RFC 9112 §2.3", line("GET /healthz HTTP/2.0")),
    .init("H13", "HTTP/1.2", "RFC 9112 §2.3", line("GET /healthz HTTP/1.2")),
    .init("H13", "HTTP/1.10", "RFC 9112 §2.3", line("GET /healthz HTTP/1.10")),
    .init("H13", "a version in small letters", "RFC 9112 §2.3", line("GET /healthz http/1.1")),
    .init(
      "L2", "a TLS record instead of a request", "RFC 9112 §3", "\u{16}\u{3}\u{1}\u{0}\r\n\r\n"),
  ]

  // MARK: Hosts

  package static let hosts: [FramingAttack] =
    [
      .init("H12", "no Host", "RFC 9112 §3.2", host("X: y\r\n")),
      .init("H12", "two Hosts", "RFC 9112 §3.2", host("Host: localhost\r\nHost: localhost\r\n")),
      .init("H12", "a list of Hosts", "RFC 9112 §3.2", host("Host: localhost,evil.example\r\n")),
      .init("H12", "a Host with a path", "RFC 9112 §3.2", host("Host: localhost/b\r\n")),
    ]
    // Bytes that are not ASCII, and that change if they are read as Characters.
    + ["\u{1F1E9}\u{1F1EA}", "localhost\u{301}", "localhost\u{600}:80", "loca\u{200D}lhost"].map {
      .init("H34", "the Host \($0)", "RFC 9112 §3.2", host("Host: \($0)\r\n"))
    }

  // MARK: Targets and methods

  package static let targets: [FramingAttack] = [
    .init(
      "H12", "an absolute URI unlike the Host", "RFC 9112 §3.2.2",
      line("POST http://evil.example/mcp HTTP/1.1")),
    .init(
      "H12", "an absolute URI with a user", "RFC 9110 §4.2.4",
      line("GET http://a@127.0.0.1:8080/mcp HTTP/1.1")),
    .init(
      "H12", "an absolute URI of another scheme", "RFC 9112 §3.2.2",
      line("GET ftp://127.0.0.1:8080/mcp HTTP/1.1")),
    .init("H12", "a relative target", "RFC 9112 §3.2", line("GET mcp HTTP/1.1")),
    .init("H12", "an asterisk without OPTIONS", "RFC 9112 §3.2.4", line("GET * HTTP/1.1")),
    .init("H13", "a fragment", "RFC 9110 §7.1", line("GET /mcp#x HTTP/1.1")),
    .init("H13", "a tab in the target", "RFC 9112 §3.2", line("GET /\tmcp HTTP/1.1")),
  ]

  package static let methods: [FramingAttack] = [
    .init("H18", "the preface of HTTP/2", "RFC 9113 §3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    .init("H18", "CONNECT", "RFC 9112 §3.2.3", line("CONNECT 127.0.0.1:8080 HTTP/1.1")),
  ]

  // MARK: Sizes

  /// CVE-2026-28980
  package static let sizes: [FramingAttack] = [
    .init(
      "H20", "a target of 8 KiB and a byte", "RFC 9110 §15.5.15",
      "GET /\(long(8192)) HTTP/1.1\r\n", status: 414),
    .init(
      "H20", "a method of 8,300 bytes", "RFC 9112 §3",
      line("\(long(8300, "A")) / HTTP/1.1"), status: 414),
    .init(
      "H20", "a target of 80 kB", "RFC 9110 §15.5.15", line("POST /\(long(80_000)) HTTP/1.1"),
      status: 414),
    .init(
      "H20", "a line of 80 kB without an end", "RFC 9112 §3", "GET /\(long(80_000))", status: 414),
    .init("H20", "101 fields", "RFC 6585 §5", post(long(101, "X: y\r\n")), status: 431),
    .init("H20", "70,000 fields", "RFC 6585 §5", post(long(70_000, "X: y\r\n")), status: 431),
    .init(
      "H20", "a head of over 16 KiB", "RFC 6585 §5", post("X: \(long(16_384))"), status: 431),
    .init(
      "H20", "a field line of over 16 KiB without an end", "RFC 6585 §5",
      "GET /healthz HTTP/1.1\r\n\(fields)X: \(long(16_384))", status: 431),
    .init(
      "H20", "a length of 1 MiB and a byte", "RFC 9110 §15.5.14", length("1048577"), status: 413),
    .init(
      "H20", "a length of 2^63-1", "RFC 9110 §15.5.14", length("9223372036854775807"), status: 413),
    .init(
      "H20", "a chunk of 1 MiB and a byte", "RFC 9110 §15.5.14",
      chunked("100001\r\n\(long(1_048_577))\r\n0\r\n"), status: 413),
    .init(
      "H20", "an unknown expectation", "RFC 9110 §10.1.1",
      post("Expect: 200-ok\r\nContent-Length: 1", "a"), status: 417),
  ]
}
