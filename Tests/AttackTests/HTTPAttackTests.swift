import TestSupport
import Support
import Auth
import HTTPTransport
import Testing
import TestHarness

/// Attacks over a socket on the whole server, each with the complete response.
///
/// A valid request follows each attack on the same connection. If the connection must close, the
/// server must not read it. Otherwise the server must answer it, which shows that server and client
/// agree where the attack ends.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPAttackTests {
  static let call = RawRequest.call()
  static let basic = basic(HTTPHarness.user + ":" + HTTPHarness.password)
  static func basic(_ pair: String) -> String { basic(Array(pair.utf8)) }
  static func basic(_ pair: [UInt8]) -> String {
    "Authorization: Basic " + Base64.standard.text(of: pair)
  }
  static func long(_ count: Int) -> String { String(repeating: "a", count: count) }
  static let wrongKey = "wrong-wrong-wrong-wrong"

  // MARK: Framing

  /// Requests that two parsers could read differently, and requests over a limit.
  static let framing = FramingAttack.all.map(HTTPAttack.init)

  // MARK: The head

  static let heads: [HTTPAttack] = [
    // RFC 9112 §3.2.2: the target's authority applies.
    .foreignHost(
      "H12", "an absolute URI of another host",
      call.with(line: "POST http://evil.example/mcp HTTP/1.1").with("Host", "Host: evil.example")),
    .served(
      "H12", "an absolute URI of ours",
      call.with(line: "POST http://127.0.0.1:8080/mcp HTTP/1.1"), by: "api_key"),
    // H16: the bytes after the head are a body, never the next request.
    .refused(
      "H16", "a body behind GET", call.with(line: "GET /mcp HTTP/1.1").with(body: call.text),
      "405 Method Not Allowed", "Method not allowed", ["Allow: POST"]),
    .refused(
      "H16", "a body behind OPTIONS",
      call.with(line: "OPTIONS /mcp HTTP/1.1").with(body: call.text), "405 Method Not Allowed",
      "Method not allowed", ["Allow: POST"]),
    .refused(
      "H16", "a body behind a 404", call.with(line: "POST /no HTTP/1.1").with(body: call.text),
      "404 Not Found", "Not found: MCP is served at POST /mcp"),
    .refused(
      "H16", "chunks behind a 404",
      call.with(line: "POST /no HTTP/1.1").chunked("5\r\nGET /\r\n0\r\n\r\n"), "404 Not Found",
      "Not found: MCP is served at POST /mcp"),
    .refused(
      "H16", "a large body behind a 404",
      call.with(line: "POST /no HTTP/1.1").with("Content-Length", "Content-Length: 100000"),
      "404 Not Found", "Not found: MCP is served at POST /mcp", closes: true),
    .unauthenticated(
      "H16", "a body behind a 401", call.showing().with(body: call.text), "missing_credential"),
    // H18
    .refused(
      "H18", "TRACE", call.with(line: "TRACE /mcp HTTP/1.1"), "405 Method Not Allowed",
      "Method not allowed", ["Allow: POST"]),
    .served(
      "H18", "an upgrade to h2c",
      call.with("X", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMA"),
      by: "api_key"),
    .refused(
      "H18", "a method in other case", call.with(line: "post /mcp HTTP/1.1"),
      "405 Method Not Allowed", "Method not allowed", ["Allow: POST"]),
    .refused(
      "H18", "a method that asks for another",
      call.with(line: "GET /mcp HTTP/1.1").with("X", "X-HTTP-Method-Override: POST"),
      "405 Method Not Allowed", "Method not allowed", ["Allow: POST"]),
    // H20: the longest head
    .served("H20", "a head of 16 KiB", ofHead(16 * 1024), by: "api_key"),
    .refused(
      "H20", "a head of 16 KiB and a byte", ofHead(16 * 1024 + 1),
      "431 Request Header Fields Too Large", "The head is too large", closes: true),
  ]

  /// A call whose head has `count` bytes.
  static func ofHead(_ count: Int) -> RawRequest {
    let head = call.with("X", "X: ").text.utf8.count - call.body.utf8.count
    return call.with("X", "X: " + long(count - head))
  }

  // MARK: Paths, hosts and media types

  static let requests: [HTTPAttack] =
    ["//mcp", "/%6dcp", "/mcp;x", "/healthz/../mcp", "/mcp/", "/./mcp", "/mcp%00", "/MCP"].map {
      .notFound("H23", $0)
    }
    + [
      // RFC 8259 §8.1
      .notJSON("H24", "text/plain", call.with("Content-Type", "Content-Type: text/plain")),
      .notJSON(
        "H24", "utf-16", call.with("Content-Type", "Content-Type: application/json;charset=utf-16")),
      .notJSON("H24", "gzip", call.with("X", "Content-Encoding: gzip")),
      .notJSON("H24", "no type", call.with("Content-Type")),
      .notJSON(
        "H24", "two types",
        call.with("Content-Type", "Content-Type: application/json", "Content-Type: text/plain")),
      .notJSON(
        "H24", "a form", call.with("Content-Type", "Content-Type: multipart/form-data; boundary=x")),
    ]
    // CVE-2025-66414: a page whose name resolves to this server (DNS rebinding).
    + [
      "null", "http://localhost.evil.com", "http://evil.example", "https://127.0.0.1.evil.example",
      "http://localhost@evil.example", "file://", "http://0.0.0.0:8080", "",
      "http://localhost/x", "http://localhost evil",
    ].map { .foreignOrigin("H25", $0) }
    // Text that changes if it is read as Characters: flags, joiners, accents, a letter that is
    // canonically equal to K, and a prefix that joins the next character.
    + [
      "\u{1F1E9}\u{1F1EA}", "http://localhost\u{301}", "http://localhost:8080\u{FE0F}",
      "http\u{301}://localhost", "http://loca\u{200D}lhost", "\u{600}http://localhost",
      "http://localhost\u{600}:80", "http://\u{2160}localhost", "HTTP://localhost",
    ].map { .foreignOrigin("H34", $0) }
    + [
      .refused(
        "H25", "a good and a foreign Origin",
        call.with("Origin", "Origin: http://localhost", "Origin: http://evil.example"),
        "403 Forbidden", "This origin is not allowed"),
      .refused(
        "H25", "a good Origin twice",
        call.with("Origin", "Origin: http://localhost", "Origin: http://localhost"),
        "403 Forbidden", "This origin is not allowed"),
    ]
    + [
      "evil.example", "localhost.evil.com", "0.0.0.0", "0.0.0.0:8080", "[::]", "127.0.0.1.nip.io",
      "127.1", "2130706433", "[::ffff:127.0.0.1]", "localhost.", "localhost:80x",
    ].map {
      .foreignHost("H26", $0, call.with("Host", "Host: \($0)"))
    }
    + [
      .foreignHost("H34", "a Host of 4,000 bytes", call.with("Host", "Host: \(long(4000))")),
      .foreignHost(
        "H34", "a Host of 4,000 colons",
        call.with("Host", "Host: \(String(repeating: ":", count: 4000))")),
    ]
    + [
      .mismatch(
        "H27", "another method", call.with("Mcp-Method", "Mcp-Method: tools/list"), "Mcp-Method"),
      .mismatch("H27", "no method", call.with("Mcp-Method"), "Mcp-Method"),
      .mismatch(
        "H27", "a method twice",
        call.with("Mcp-Method", "Mcp-Method: tools/call", "Mcp-Method: tools/call"), "Mcp-Method"),
      .mismatch(
        "H27", "a harmless name before a call of power",
        RawRequest.call("power", #""a":2,"b":3"#).with("Mcp-Name", "Mcp-Name: add"), "Mcp-Name"),
      .mismatch("H27", "no name", call.with("Mcp-Name"), "Mcp-Name"),
      .mismatch(
        "H27", "a name twice", call.with("Mcp-Name", "Mcp-Name: add", "Mcp-Name: power"), "Mcp-Name"
      ),
      .mismatch(
        "H27", "a name in other case", call.with("Mcp-Name", "Mcp-Name: Add"), "Mcp-Name"),
      .mismatch(
        "H27", "no version", call.with("MCP-Protocol-Version"), "MCP-Protocol-Version"),
      .mismatch(
        "H27", "another version",
        call.with("MCP-Protocol-Version", "MCP-Protocol-Version: 2025-11-25"),
        "MCP-Protocol-Version"),
      // H36: in the handshake era each field that is present must agree too.
      .mismatch(
        "H36", "another method in the handshake era",
        handshake(#"{"name":"add","arguments":{"a":1,"b":2}}"#)
          .with("Mcp-Method", "Mcp-Method: tools/list"), "Mcp-Method"),
      .mismatch(
        "H36", "a harmless name before a call of power in the handshake era",
        handshake(#"{"name":"power","arguments":{"a":2,"b":3}}"#), "Mcp-Name"),
      .mismatch(
        "H36", "a harmless name before a call of power, without a version",
        handshake(#"{"name":"power","arguments":{"a":2,"b":3}}"#).with("MCP-Protocol-Version"),
        "Mcp-Name"),
      // H33, S18: the reply and the log line are bounded.
      tooLongID("an id of 70,000 bytes", #""\#(long(70_000))""#),
      tooLongID("an id of 257 bytes", #""\#(long(257))""#),
      tooLongID("an id of 65 digits", String(repeating: "7", count: 65)),
      // H22, CVE-2022-3215: never in a header
      .mismatch(
        "H22", "CRLF in a name",
        call.with("Mcp-Name", "Mcp-Name: =?base64?YWRkDQpYLUluamVjdGVkOiAx?="), "Mcp-Name"),
      HTTPAttack(
        "H22", "CRLF in the id, which is logged",
        RawRequest.call("add", #""a":1,"b":2"#, id: #""\r\n{}""#),
        HTTPWire.reply("200 OK", RawRequest.result("3", id: #""\u000d\u000a{}""#)),
        log: #""request":"\u000d\u000a{}","#),
      // H29: there is no session that could be hijacked.
      HTTPAttack(
        "H29", "a forged session",
        call.with("MCP-Protocol-Version", "MCP-Protocol-Version: 2025-11-25", "Mcp-Session-Id: 1")
          .with(
            body: Wire.legacy("tools/call", params: #"{"name":"add","arguments":{"a":1,"b":2}}"#)),
        HTTPWire.reply(
          "200 OK",
          #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"3"}],"isError":false,"structuredContent":{"result":3}}}"#
        ), log: #""outcome":"accepted""#),
      HTTPAttack(
        "H31", "no JSON", call.with(body: "{"),
        HTTPWire.reply(
          "400 Bad Request",
          Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil)),
        log: #""reason":-32700"#),
      HTTPAttack(
        "J1", "a key twice in the body",
        call.with(body: call.body.replacing(#""a":"#, with: #""a":9,"a":"#)),
        HTTPWire.reply(
          "400 Bad Request",
          Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil)),
        log: #""reason":-32700"#),
    ]

  /// A call of the handshake era, with the header fields of a modern call of `add`.
  static func handshake(_ params: String) -> RawRequest {
    call.with("MCP-Protocol-Version", "MCP-Protocol-Version: 2025-11-25")
      .with(body: Wire.legacy("tools/call", params: params))
  }

  static func tooLongID(_ name: String, _ id: String) -> HTTPAttack {
    HTTPAttack(
      "H33", name, RawRequest.call(id: id),
      HTTPWire.reply(
        "400 Bad Request",
        Wire.error(
          -32600,
          "Invalid request: id must be a string of at most 256 bytes, or an integer of at most 64 digits",
          id: nil)), log: #""request":null,"#)
  }

  // MARK: Credentials

  static let credentials: [HTTPAttack] =
    [
      // OAuth 2.1 §5.1: one credential in one place
      .conflict("C1", "a key and a token", call.with("X", "Authorization: Bearer a.b.c")),
      .conflict("C1", "a key and a password", call.with("X", basic)),
      .conflict("C1", "two keys", call.with("X", "x-api-key: \(HTTPHarness.key)")),
      .conflict("C1", "two passwords", call.showing(basic, basic)),
      .conflict(
        "C1", "a wrong, then a right token",
        call.showing("Authorization: Bearer x", "authorization: Bearer \(HTTPHarness.key)")),
      .conflict(
        "C1", "a token in the query too", call.with(line: "POST /mcp?access_token=x HTTP/1.1")),
      .unauthenticated(
        "C3", "a token in the query",
        call.showing().with(line: "POST /mcp?access_token=\(HTTPHarness.key) HTTP/1.1"),
        "missing_credential"),
      .unauthenticated(
        "C3", "a form field",
        call.showing().with("Content-Type", "Content-Type: application/x-www-form-urlencoded")
          .with(body: "access_token=\(HTTPHarness.key)"), "missing_credential"),
      .unauthenticated(
        "C3", "a cookie", call.showing("Cookie: X-API-Key=\(HTTPHarness.key)"), "missing_credential"
      ),
      .unauthenticated(
        "H19", "X_API_Key", call.showing("X_API_Key: \(HTTPHarness.key)"), "missing_credential"),
      .unauthenticated(
        "H19", "Proxy-Authorization",
        call.showing("Proxy-Authorization: Bearer \(HTTPHarness.key)"),
        "missing_credential"),
      .unauthenticated(
        "C9", "none", call.showing(), "missing_credential"),
    ]
    // RFC 9110 §11.4, RFC 6750 §2.1
    + [
      "Bearer\t\(HTTPHarness.key)", "Token \(HTTPHarness.key)", "Bearer\(HTTPHarness.key)",
      "bearer=\(HTTPHarness.key)", HTTPHarness.key, "", "Bea\u{212A}er x", "Digest username=x",
    ].map { malformedAuthorization($0, HTTPWire.unauthenticated) }
    + [
      "Bearer", "Bearer ", "Bearer \(HTTPHarness.key) x", #"Bearer "\#(HTTPHarness.key)""#,
      "Bearer \(HTTPHarness.key), Basic x",
    ].map { malformedAuthorization($0, HTTPWire.badKey) }
    + [
      .served(
        "C4", "a scheme in odd case", call.showing("aUTHORIZATION: bEARER \(HTTPHarness.key)"),
        by: "api_key"),
      .served(
        "C6", "BASIC, a password with a colon and a letter of two bytes",
        call.showing(basic.replacing("Basic", with: "BASIC")), by: "basic"),
    ]
    // RFC 7617 §2
    + [
      ("no colon", basic("anshika")), ("an empty user", basic(":\(HTTPHarness.password)")),
      ("a colon alone", basic(":")), ("nothing", "Authorization: Basic "),
      ("bad Base64", "Authorization: Basic !!!!"),
      ("unused bits set", "Authorization: Basic YW5zaGlrYTp4eB=="),
      ("no padding", "Authorization: Basic YW5zaGlrYTp4eA"),
      ("NUL", basic("anshika\u{0}:\(HTTPHarness.password)")),
      ("NUL behind the password", basic("anshika:\(HTTPHarness.password)\u{0}")),
      ("CRLF in the user", basic("anshika\r\nX-Injected: 1:x")),
      ("Latin-1", basic(Array("anshika:pass:w".utf8) + [0xF6] + Array("rd".utf8))),
      ("5 kB", basic("anshika:" + long(5000))),
    ].map { .badPassword("C5", $0.0, call.showing($0.1), "malformed_credential") }
    + [
      .refused(
        "C5", "64 kB", call.showing(basic("anshika:" + long(48_000))),
        "431 Request Header Fields Too Large", "The head is too large", closes: true),
      .badPassword(
        "C6", "the second colon splits", call.showing(basic("anshika:pass")), "wrong_password"),
      .badPassword(
        "C6", "NFD", call.showing(basic("anshika:pass:wo\u{308}rd")), "wrong_password"),
      .badPassword(
        "C5", "a user in other case", call.showing(basic("Anshika:\(HTTPHarness.password)")),
        "unknown_user"),
      .badPassword(
        "C8", "the key as a password", call.showing(basic("anshika:\(HTTPHarness.key)")),
        "wrong_password"),
      .badPassword(
        "C8", "the key as a user", call.showing(basic("\(HTTPHarness.key):x")), "unknown_user"),
      .unauthenticated(
        "C8", "the secret of tokens as a key", call.showing("X-API-Key: \(HTTPHarness.secret)"),
        "unknown_key", HTTPWire.badKey),
      .unauthenticated(
        "C8", "a password as a key", call.showing("X-API-Key: pass:word"), "unknown_key",
        HTTPWire.badKey),
      .badToken("C8", "the secret of tokens as a token", HTTPHarness.secret, "unknown_key"),
      .badToken(
        "C8", "a user and password as a token",
        basic.parts(at: " ")[2], "unknown_key"),
      .badToken("T1", "three dots", "a.b.c.d", "unknown_key"),
      .badToken("T13", "no token between two dots", "a.b.c", "not_base64url"),
    ]

  private static func malformedAuthorization(_ value: String, _ reply: String) -> HTTPAttack {
    .unauthenticated(
      "C4", value.replacing(HTTPHarness.key, with: "KEY"), call.showing("Authorization: \(value)"),
      "malformed_credential", reply)
  }

  @Test(arguments: framing + heads + requests + credentials)
  func fails(_ attack: HTTPAttack) async throws {
    try await LiveServer.run { server in
      let good = Self.call.last.text
      let answer = try await server.exchange(attack.bytes + Array(good.utf8))
      #expect(answer == attack.reply + (attack.closes ? "" : HTTPWire.closing(RawRequest.sum)))
      let log = server.harness.takeLog()
      // One line for the attack, and one for the valid request after it.
      #expect(log.count == (attack.closes ? 1 : 2))
      #expect(log.first?.contains(attack.log) == true, "\(log)")
      // ASVS 16.2.5, C13
      for secret in Self.secrets {
        #expect(!log.joined().contains(secret), "a secret in the log")
        #expect(!answer.contains(secret), "a secret in the answer")
      }
      // The server still runs, and answers the next valid request.
      #expect(try await server.exchange(good) == HTTPWire.closing(RawRequest.sum))
    }
  }

  /// RFC 9110 §9.3.2: a response to HEAD has the length of the body but no body, so the next
  /// response follows the head.
  @Test(arguments: [
    (
      "/healthz", "200 OK",
      ["Content-Type: text/plain; charset=utf-8", "Cache-Control: no-store"], 3, [String]()
    ),
    (
      "/mcp", "405 Method Not Allowed",
      ["Content-Type: application/json", "Cache-Control: no-store"],
      Wire.error(405, "Method not allowed", id: "null").utf8.count, ["Allow: POST"]
    ),
  ])
  func headHasNoBody(
    _ path: String, _ status: String, _ fields: [String], _ length: Int, _ more: [String]
  ) async throws {
    try await LiveServer.run { server in
      let request = Self.call.with(line: "HEAD \(path) HTTP/1.1").with(body: "")
      let answer = try await server.exchange(request.text + Self.call.last.text)
      let head =
        [
          "HTTP/1.1 \(status)", "Date: Tue, 28 Jul 2026 00:00:00 GMT", "Content-Length: \(length)",
        ] + fields + ["X-Content-Type-Options: nosniff"] + more + ["", ""]
      #expect(answer == head.joined(separator: "\r\n") + HTTPWire.closing(RawRequest.sum))
    }
  }

  static let secrets =
    [
      HTTPHarness.key, HTTPHarness.secret, HTTPHarness.password, "pass:w",
      basic.parts(at: " ")[2],
    ]
    + [HTTPHarness.key, HTTPHarness.secret, HTTPHarness.password].map {
      Base64.standard.text(of: Array($0.utf8))
    }
}
