import Support
import Auth
import HTTPTransport
import Testing
import TestHarness

@testable import MCPServiceHTTP

/// The responses of the HTTP pipeline, byte for byte. Other tests use a socket.
struct HTTPPipelineTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var method = "POST"
    var path = "/mcp"
    var query: String?
    var fields: [(String, String)]
    var body = ""
    let status: Int
    /// Fields that the response must have, with exactly these values.
    var has: [String: [String]] = [:]
    /// `nil` if only the status matters.
    var text: String?
  }

  static let host = ("Host", "127.0.0.1:8080")
  static let json = ("Content-Type", "application/json")
  static let key = ("X-API-Key", HTTPHarness.key)
  static let modern = [
    host, json, key, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"),
    ("Mcp-Name", "add"),
  ]
  static let add = Wire.call("add", #""a":0.1,"b":0.2"#)
  static let sum =
    #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"0.3"}],"isError":false,"#
    + #""structuredContent":{"result":0.3},"resultType":"complete","_meta":{\#(HTTPHarness.serverInfo)}}}"#
  static let bearer = #"Bearer realm="calculator""#
  static let basic = #"Basic realm="calculator", charset="UTF-8""#
  /// An error with the code of its status. It has the id `null` unless the body was read.
  static func error(_ code: Int, _ message: String, id: String? = nil) -> String {
    Wire.error(code, message, id: id ?? (code > 0 ? "null" : nil))
  }
  static let failed = error(401, "Authentication failed")
  static let basicCredential = "Basic " + "anshika:pass:wörd".base64

  static func with(_ changes: [String: String?]) -> [(String, String)] {
    let kept = modern.filter { changes[$0.0] == nil }
    return kept + changes.compactMap { name, value in value.map { (name, $0) } }
  }

  static let rows: [Row] = [
    // Accepted requests.
    Row(testDescription: "a key", fields: modern, body: add, status: 200, text: sum),
    Row(
      testDescription: "a key as a Bearer token",
      fields: with(["X-API-Key": nil, "Authorization": "bEaReR \(HTTPHarness.key)"]), body: add,
      status: 200, text: sum),
    Row(
      testDescription: "user and password (RFC 7617 §2: the first colon splits)",
      fields: with(["X-API-Key": nil, "Authorization": basicCredential]), body: add, status: 200,
      text: sum),
    Row(
      testDescription: "limits are told", fields: modern, body: add, status: 200,
      has: [
        "RateLimit-Policy": [#""default";q=60;w=60"#], "RateLimit": [#""default";r=59;t=1"#],
        "Cache-Control": ["no-store"], "Content-Type": ["application/json"],
      ]),
    Row(
      testDescription: "a notification", fields: [host, json, key],
      body: #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, status: 202, text: ""),
    Row(
      testDescription: "a legacy handshake", fields: [host, json, key],
      body:
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
      status: 200,
      text:
        #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"calculator-http","title":"Calculator","version":"0.1.0"},"instructions":"Exact decimal arithmetic. Numbers go in and come out as JSON numbers."}}"#
    ),
    Row(
      testDescription: "a revision without Streamable HTTP gets the newest",
      fields: [host, json, key],
      body:
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
      status: 200,
      text:
        #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"calculator-http","title":"Calculator","version":"0.1.0"},"instructions":"Exact decimal arithmetic. Numbers go in and come out as JSON numbers."}}"#
    ),
    Row(
      testDescription: "a legacy call, without a session",
      fields: [
        host, json, key, ("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Session-Id", "forged"),
      ],
      body: Wire.legacy("tools/call", params: #"{"name":"add","arguments":{"a":0.1,"b":0.2}}"#),
      status: 200,
      text:
        #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"0.3"}],"isError":false,"structuredContent":{"result":0.3}}}"#
    ),
    Row(
      testDescription: "a legacy call without a version is of 2025-03-26",
      fields: [host, json, key],
      body: Wire.legacy("ping"), status: 200, text: #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    Row(
      testDescription: "arguments that the tool refuses", fields: modern,
      body: Wire.call("add", #""a":1"#), status: 200,
      text:
        #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"b is missing: it must be a number."}],"isError":true,"resultType":"complete","_meta":{\#(HTTPHarness.serverInfo)}}}"#
    ),
    Row(
      testDescription: "a credential where stdio has it is an unknown argument", fields: modern,
      body: Wire.call("add", #""a":1,"b":2,"auth_token":"x""#), status: 200,
      text:
        #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"add takes a and b; remove every other argument."}],"isError":true,"resultType":"complete","_meta":{\#(HTTPHarness.serverInfo)}}}"#
    ),

    // Host and Origin: H25–26
    Row(
      testDescription: "a foreign Host", fields: with(["Host": "evil.example"]), status: 403,
      text: error(403, "This host is not served here")),
    Row(
      testDescription: "a Host of no address", fields: with(["Host": "0.0.0.0:8080"]), status: 403),
    Row(
      testDescription: "a Host that begins like ours", fields: with(["Host": "localhost.evil.com"]),
      status: 403),
    Row(
      testDescription: "a Host with a user", fields: with(["Host": "localhost@evil.com"]),
      status: 403),
    Row(
      testDescription: "an IPv6 Host", fields: with(["Host": "[::1]:8080"]), body: add, status: 200),
    Row(
      testDescription: "a Host in capitals", fields: with(["Host": "LOCALHOST"]), body: add,
      status: 200),
    Row(
      testDescription: "a foreign Origin", fields: with(["Origin": "https://evil.example"]),
      status: 403, has: ["Access-Control-Allow-Origin": []],
      text: error(403, "This origin is not allowed")),
    Row(testDescription: "Origin null", fields: with(["Origin": "null"]), status: 403),
    Row(
      testDescription: "an Origin that begins like ours",
      fields: with(["Origin": "http://localhost.evil.com"]), status: 403),
    Row(
      testDescription: "our Origin", fields: with(["Origin": "http://localhost:6274"]), body: add,
      status: 200, has: ["Access-Control-Allow-Origin": []]),

    // Paths and methods: H18, H23
    Row(
      testDescription: "GET /mcp", method: "GET", fields: modern, status: 405,
      has: ["Allow": ["POST"]], text: error(405, "Method not allowed")),
    Row(
      testDescription: "POST /", path: "/", fields: modern, body: add, status: 405,
      has: ["Allow": ["GET, HEAD"]],
      text: error(405, "Method not allowed: MCP is served at POST /mcp")),
    Row(testDescription: "DELETE /mcp", method: "DELETE", fields: modern, status: 405),
    Row(testDescription: "OPTIONS /mcp", method: "OPTIONS", fields: modern, status: 405),
    Row(testDescription: "TRACE /mcp", method: "TRACE", fields: modern, status: 405),
    Row(testDescription: "post in small letters", method: "post", fields: modern, status: 405),
    Row(
      testDescription: "//mcp", path: "//mcp", fields: modern, status: 404,
      text: error(404, "Not found: MCP is served at POST /mcp")),
    Row(testDescription: "/%6dcp", path: "/%6dcp", fields: modern, status: 404),
    Row(testDescription: "/mcp;x", path: "/mcp;x", fields: modern, status: 404),
    Row(testDescription: "/mcp/", path: "/mcp/", fields: modern, status: 404),
    Row(testDescription: "/healthz/../mcp", path: "/healthz/../mcp", fields: modern, status: 404),
    Row(
      testDescription: "/healthz", method: "GET", path: "/healthz", fields: [host], status: 200,
      text: "ok\n"),
    Row(
      testDescription: "/metrics, which is off", method: "GET", path: "/metrics", fields: [host],
      status: 404),

    // Media types: H24
    Row(
      testDescription: "text/plain", fields: with(["Content-Type": "text/plain"]), status: 415,
      text: error(415, "Content-Type must be application/json")),
    Row(
      testDescription: "utf-16", fields: with(["Content-Type": "application/json; charset=utf-16"]),
      status: 415),
    Row(
      testDescription: "utf-8", fields: with(["Content-Type": "application/json; charset=UTF-8"]),
      body: add, status: 200),
    Row(testDescription: "no type", fields: with(["Content-Type": nil]), status: 415),
    Row(testDescription: "gzip", fields: with(["Content-Encoding": "gzip"]), status: 415),
    Row(
      testDescription: "events alone", fields: with(["Accept": "text/event-stream"]), status: 406,
      text: error(406, "Accept must allow application/json")),
    Row(
      testDescription: "JSON at weight 0",
      fields: with(["Accept": "application/json;q=0, text/plain"]), status: 406),
    Row(
      testDescription: "both", fields: with(["Accept": "application/json, text/event-stream"]),
      body: add, status: 200),
    Row(testDescription: "anything", fields: with(["Accept": "*/*;q=0.1"]), body: add, status: 200),

    // Credentials: C1–C10
    Row(
      testDescription: "none", fields: with(["X-API-Key": nil]), status: 401,
      has: ["WWW-Authenticate": [bearer, basic]], text: failed),
    Row(
      testDescription: "a wrong key", fields: with(["X-API-Key": "wrong-wrong-wrong-wrong"]),
      status: 401, has: ["WWW-Authenticate": [bearer]], text: failed),
    Row(
      testDescription: "a wrong token",
      fields: with(["X-API-Key": nil, "Authorization": "Bearer a.b.c"]), status: 401,
      has: ["WWW-Authenticate": [bearer + #", error="invalid_token""#]], text: failed),
    Row(
      testDescription: "a wrong password",
      fields: with(["X-API-Key": nil, "Authorization": "Basic " + "anshika:wrong".base64]),
      status: 401, has: ["WWW-Authenticate": [basic]], text: failed),
    Row(
      testDescription: "an unknown user",
      fields: with(["X-API-Key": nil, "Authorization": "Basic " + "nobody:wrong".base64]),
      status: 401, has: ["WWW-Authenticate": [basic]], text: failed),
    Row(
      testDescription: "the key as a password",
      fields: with([
        "X-API-Key": nil, "Authorization": "Basic " + "anshika:\(HTTPHarness.key)".base64,
      ]),
      status: 401, text: failed),
    Row(
      testDescription: "an unknown scheme",
      fields: with(["X-API-Key": nil, "Authorization": "Token \(HTTPHarness.key)"]), status: 401,
      text: failed),
    Row(
      testDescription: "Bearer alone", fields: with(["X-API-Key": nil, "Authorization": "Bearer"]),
      status: 401, text: failed),
    Row(
      testDescription: "two kinds", fields: with(["Authorization": basicCredential]), status: 400,
      has: ["WWW-Authenticate": [bearer + #", error="invalid_request""#]],
      text: error(400, "Send one credential")),
    Row(
      testDescription: "two Authorization lines",
      fields: modern.filter { $0.0 != "X-API-Key" } + [
        ("Authorization", basicCredential), ("authorization", basicCredential),
      ], status: 400, text: error(400, "Send one credential")),
    Row(
      testDescription: "a token in the query beside a key", query: "access_token=x", fields: modern,
      status: 400, text: error(400, "Send one credential")),
    Row(
      testDescription: "a token in the query alone is none",
      query: "access_token=\(HTTPHarness.key)", fields: with(["X-API-Key": nil]), status: 401,
      has: ["WWW-Authenticate": [bearer, basic]], text: failed),
    Row(
      testDescription: "a cookie is none",
      fields: with(["X-API-Key": nil, "Cookie": "X-API-Key=\(HTTPHarness.key)"]), status: 401,
      text: failed),
    Row(
      testDescription: "X_API_Key is another field (H19)",
      fields: with(["X-API-Key": nil, "X_API_Key": HTTPHarness.key]), status: 401, text: failed),

    // The message, in both eras.
    Row(
      testDescription: "no JSON", fields: modern, body: "{", status: 400,
      text: error(-32700, "Parse error: the message is not strict JSON")),
    Row(
      testDescription: "a batch", fields: modern, body: "[]", status: 400,
      text: error(-32600, "Invalid request: a message is one JSON object")),
    Row(
      testDescription: "an unknown method", fields: with(["Mcp-Method": "tools/none"]),
      body: Wire.modern("tools/none"), status: 404, text: error(-32601, "Method not found", id: "1")
    ),
    Row(
      testDescription: "an unknown method of a legacy client", fields: [host, json, key],
      body: Wire.legacy("tools/none"), status: 200, text: error(-32601, "Method not found", id: "1")
    ),
    Row(
      testDescription: "an unknown tool", fields: with(["Mcp-Name": "none"]),
      body: Wire.call("none", ""), status: 400,
      text: error(-32602, "Invalid params: unknown tool; tools/list names them all", id: "1")),
    Row(
      testDescription: "an unknown tool of a legacy client", fields: [host, json, key],
      body: Wire.legacy("tools/call", params: #"{"name":"sum","arguments":{}}"#), status: 200,
      text: error(-32602, "Invalid params: unknown tool; tools/list names them all", id: "1")),
    Row(
      testDescription: "an unknown version", fields: with(["MCP-Protocol-Version": "1900-01-01"]),
      body: add.replacing("2026-07-28", with: "1900-01-01"), status: 400,
      text:
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],"requested":"1900-01-01"}}}"#
    ),
    Row(
      testDescription: "an unknown version of a legacy client",
      fields: [host, json, key, ("MCP-Protocol-Version", "2024-11-05")],
      body: Wire.legacy("tools/list"), status: 400,
      text:
        #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],"requested":"2024-11-05"}}}"#
    ),
    Row(
      testDescription: "a modern header over a body without _meta", fields: modern,
      body: Wire.legacy("tools/call", params: #"{"name":"add","arguments":{"a":1,"b":2}}"#),
      status: 400,
      text: error(
        -32602, "Invalid params: _meta must have io.modelcontextprotocol/protocolVersion, a string",
        id: "1")),

    // The header fields about the body: H27
    mismatch(
      "another version", with(["MCP-Protocol-Version": "2025-11-25"]), "MCP-Protocol-Version"),
    mismatch("no version", with(["MCP-Protocol-Version": nil]), "MCP-Protocol-Version"),
    mismatch("a version twice", modern + [modern[3]], "MCP-Protocol-Version"),
    mismatch("another method", with(["Mcp-Method": "tools/list"]), "Mcp-Method"),
    mismatch("a method in other case", with(["Mcp-Method": "Tools/Call"]), "Mcp-Method"),
    mismatch("no method", with(["Mcp-Method": nil]), "Mcp-Method"),
    mismatch("a method twice", modern + [modern[4]], "Mcp-Method"),
    mismatch("another name", with(["Mcp-Name": "power"]), "Mcp-Name"),
    mismatch("no name", with(["Mcp-Name": nil]), "Mcp-Name"),
    mismatch("a name twice", modern + [modern[5]], "Mcp-Name"),
    mismatch("another name in Base64", with(["Mcp-Name": "=?base64?cG93ZXI=?="]), "Mcp-Name"),
    mismatch("bad Base64", with(["Mcp-Name": "=?base64?YWRk=?="]), "Mcp-Name"),
    Row(
      testDescription: "the name in Base64", fields: with(["Mcp-Name": "=?base64?YWRk?="]),
      body: add, status: 200, text: sum),
  ]

  static func mismatch(_ name: String, _ fields: [(String, String)], _ field: String) -> Row {
    Row(
      testDescription: name, fields: fields, body: add, status: 400,
      text: error(
        -32020, "Header mismatch: \(field) must be there once and say what the body says", id: "1"))
  }

  @Test(arguments: rows)
  func answers(_ row: Row) throws {
    let harness = try HTTPHarness()
    let response = harness.send(
      row.method, row.path, query: row.query, fields: row.fields, body: row.body)
    #expect(response.status == row.status)
    for (name, values) in row.has { #expect(response[name] == values) }
    if let text = row.text { #expect(response.text == text) }
    // The response contains no version, no path and no secret, and the log has one line (ASVS
    // 16.5.1).
    let log = harness.takeLog()
    #expect(log.count == (row.path == "/healthz" ? 0 : 1))
    for secret in [HTTPHarness.key, HTTPHarness.secret, HTTPHarness.password] {
      #expect(!log.joined().contains(secret))
      #expect(!response.text.contains(secret))
    }
    // The next valid request is answered.
    #expect(harness.send(fields: Self.modern, body: Self.add).text == Self.sum)
  }

  /// See `Bits128`: no value in the frame of an async function may need an alignment of 16 bytes.
  @Test func noValueOfAFrameNeedsMoreThanItsAlignment() {
    let alignments = [
      MemoryLayout<RequestContext>.alignment, MemoryLayout<HTTPRequest>.alignment,
      MemoryLayout<HTTPResponse>.alignment, MemoryLayout<HTTPPipeline>.alignment,
      MemoryLayout<Identity>.alignment, MemoryLayout<Credential>.alignment,
      MemoryLayout<Client>.alignment, MemoryLayout<BucketKey>.alignment,
      MemoryLayout<TokenFamily>.alignment,
    ]
    #expect(alignments.allSatisfy { $0 <= 8 })
  }
}

extension String {
  fileprivate var base64: String { Base64.standard.text(of: Array(utf8)) }
}
