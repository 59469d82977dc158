import Auth
import HTTPTransport
import Testing
import TestHarness

@testable import MCPServiceHTTP

/// The responses to authenticated callers: permissions, the rate limit and batches, in both eras,
/// byte for byte.
struct HTTPAnswerTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The remaining tokens of the rate limit before the request; `nil` without a limit.
    var left: Int?
    /// The permissions of the caller's token.
    var permissions: [Permission] = [.calculateBasic, .calculateAdvanced]
    var fields: [(String, String)] = []
    let body: String
    let status: Int
    var has: [String: [String]] = [:]
    let text: String
    /// The text that each audit line must contain, in order.
    let log: [String]
  }

  static let limit = 3
  static let legacyAdd = legacyCall("add", #""a":0.1,"b":0.2"#)
  static let legacyPower = legacyCall("power", #""a":2,"b":3"#)
  static func legacyCall(_ tool: String, _ arguments: String, id: String = "1") -> String {
    Wire.legacy("tools/call", id: id, params: #"{"name":"\#(tool)","arguments":{\#(arguments)}}"#)
  }
  static func modern(_ method: String, _ name: String? = nil) -> [(String, String)] {
    [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)]
      + (name.map { [("Mcp-Name", $0)] } ?? [])
  }
  static func result(_ text: String, kind: String, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(text)"}],"isError":true,"#
      + #""_meta":{"calculator/error":"\#(kind)"}}}"#
  }
  static func sum(id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"0.3"}],"isError":false,"structuredContent":{"result":0.3}}}"#
  }

  static let denied = "Permission denied: this needs calculate:advanced"
  static let limitedResult = result("Too many requests: try again in 20 s", kind: "rate_limited")
  static let tooMany = Wire.error(429, "Too many requests: try again in 20 s", id: "1")
  static let tooManyUnread = Wire.error(
    429, "Too many requests: try again in 20 s", id: "null")
  static let accepted = #""outcome":"accepted""#
  static let forbidden = #""outcome":"forbidden","reason":"needs calculate:advanced""#
  static let limited = #""outcome":"limited""#
  static let notification = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  // MARK: Permissions

  static let permissions: [Row] = [
    Row(
      testDescription: "403 in the modern era", permissions: [.calculateBasic],
      fields: modern("tools/call", "power"), body: Wire.call("power", #""a":2,"b":3"#), status: 403,
      has: [
        "WWW-Authenticate": [
          #"Bearer realm="calculator", error="insufficient_scope", scope="calculate:advanced""#
        ]
      ], text: Wire.error(403, denied), log: [forbidden]),
    Row(
      testDescription: "a result without a version (mcp 1.x ends its session on 403)",
      permissions: [.calculateBasic], body: legacyPower, status: 200, has: ["WWW-Authenticate": []],
      text: result(denied, kind: "permission_denied"), log: [forbidden]),
    Row(
      testDescription: "a result under 2025-11-25", permissions: [.calculateBasic],
      fields: [("MCP-Protocol-Version", "2025-11-25")], body: legacyPower, status: 200,
      text: result(denied, kind: "permission_denied"), log: [forbidden]),
    Row(
      testDescription: "an id that is too long", fields: modern("tools/call", "add"),
      body: Wire.call("add", id: "\"" + String(repeating: "a", count: 257) + "\"", ""), status: 400,
      text: Wire.error(
        -32600,
        "Invalid request: id must be a string of at most 256 bytes, or an integer of at most 64 digits",
        id: nil), log: [#""outcome":"rejected","reason":-32600"#]),
  ]

  // MARK: The rate limit

  static let limits: [Row] = [
    Row(
      testDescription: "429 in the modern era, before the body is read", left: 0,
      fields: modern("tools/call", "add"), body: Wire.call("add", #""a":0.1,"b":0.2"#), status: 429,
      has: ["Retry-After": ["20"], "RateLimit": [#""default";r=0;t=60"#]], text: tooManyUnread,
      log: [limited]),
    Row(
      testDescription: "a call under 2025-11-25", left: 0,
      fields: [("MCP-Protocol-Version", "2025-11-25")], body: legacyAdd, status: 200,
      has: ["Retry-After": [], "RateLimit": [#""default";r=0;t=60"#]], text: limitedResult,
      log: [#""tool":"add""#]),
    Row(
      testDescription: "a call without a version", left: 0, body: legacyAdd, status: 200,
      text: limitedResult, log: [limited]),
    Row(
      testDescription: "the permission is not told", left: 0, permissions: [.calculateBasic],
      body: legacyPower, status: 200, text: limitedResult, log: [limited]),
    Row(
      testDescription: "an unknown tool is not told", left: 0, body: legacyCall("sum", ""),
      status: 200, text: limitedResult, log: [#""tool":null"#]),
    Row(
      testDescription: "another method", left: 0, body: Wire.legacy("tools/list"), status: 429,
      has: ["Retry-After": ["20"]], text: tooMany, log: [limited]),
    Row(
      testDescription: "an unknown method", left: 0, body: Wire.legacy("x"), status: 429,
      text: tooMany, log: [limited]),
    Row(
      testDescription: "initialize", left: 0, body: Wire.legacy("initialize"), status: 429,
      text: tooMany, log: [limited]),
    Row(
      testDescription: "a notification", left: 0, body: notification, status: 429,
      text: tooManyUnread, log: [limited]),
    Row(
      testDescription: "no JSON", left: 0, body: "{", status: 429, text: tooManyUnread,
      log: [limited]),
    Row(
      testDescription: "a name unlike the header's", left: 0, fields: [("Mcp-Name", "power")],
      body: legacyAdd, status: 429, text: tooMany, log: [limited]),
    Row(
      testDescription: "a modern body without the header", left: 0,
      body: Wire.call("add", #""a":0.1,"b":0.2"#), status: 429, text: tooMany, log: [limited]),
    Row(
      testDescription: "no JSON by its type", left: 0, fields: [("Content-Encoding", "gzip")],
      body: legacyAdd, status: 429, text: tooManyUnread, log: [limited]),
    Row(
      testDescription: "64 KiB", left: 0, body: padded(64 << 10), status: 200, text: limitedResult,
      log: [limited]),
    Row(
      testDescription: "64 KiB and a byte", left: 0, body: padded(64 << 10 | 1), status: 429,
      text: tooManyUnread, log: [limited]),
    Row(
      testDescription: "64 KiB and a byte within the limit", left: 1, body: padded(64 << 10 | 1),
      status: 200, text: sum(), log: [accepted]),
  ]

  /// A call with `count` bytes.
  static func padded(_ count: Int) -> String {
    legacyAdd + String(repeating: " ", count: count - legacyAdd.utf8.count)
  }

  // MARK: Batches

  static func batch(_ messages: String...) -> String { "[" + messages.joined(separator: ",") + "]" }
  static let three = batch(
    legacyCall("add", #""a":0.1,"b":0.2"#, id: "1"),
    legacyCall("add", #""a":0.1,"b":0.2"#, id: "2"),
    legacyCall("add", #""a":0.1,"b":0.2"#, id: "3"))
  static func request(_ id: Int) -> String { #""request":\#(id),"# }

  /// S12: each message of a batch is treated like a separate request.
  static let batches: [Row] = [
    Row(
      testDescription: "three calls, three tokens, three lines", left: 3, body: three, status: 200,
      has: ["RateLimit": [#""default";r=0;t=60"#], "Content-Type": ["application/json"]],
      text: "[\(sum(id: "1")),\(sum(id: "2")),\(sum(id: "3"))]",
      log: [request(1), request(2), request(3)]),
    Row(
      testDescription: "three calls, one token", left: 1, body: three, status: 200,
      text:
        "[\(sum()),\(limitedResult.replacing(#""id":1"#, with: #""id":2"#)),\(limitedResult.replacing(#""id":1"#, with: #""id":3"#))]",
      log: [accepted, limited, limited]),
    Row(
      testDescription: "R14 three calls, no token: one answer and one line", left: 0, body: three,
      status: 429, has: ["Retry-After": ["20"]], text: tooManyUnread, log: [limited]),
    Row(
      testDescription: "R14 fifty notifications, no token", left: 0,
      body: "[" + Array(repeating: notification, count: 50).joined(separator: ",") + "]",
      status: 429, has: ["Retry-After": ["20"]], text: tooManyUnread, log: [limited]),
    Row(
      testDescription: "other methods and a notification over the limit", left: 1,
      body: batch(legacyAdd, Wire.legacy("ping"), notification), status: 200,
      text: "[\(sum()),\(tooMany)]", log: [accepted, limited, limited]),
    Row(
      testDescription: "what is wrong in it", permissions: [.calculateBasic],
      fields: [("MCP-Protocol-Version", "2025-03-26")],
      body: batch(
        legacyPower, Wire.legacy("x", id: "2"), legacyCall("sum", "", id: "3"),
        Wire.legacy("initialize", id: "4"), "5", legacyCall("add", "", id: "6")), status: 200,
      text: batch(
        result(denied, kind: "permission_denied"), Wire.error(-32601, "Method not found", id: "2"),
        Wire.error(-32602, "Invalid params: unknown tool; tools/list names them all", id: "3"),
        Wire.error(
          -32600,
          "Invalid request: a batch takes neither initialize nor requests of another revision",
          id: "4"), Wire.error(-32600, "Invalid request: a message is one JSON object", id: nil),
        #"{"jsonrpc":"2.0","id":6,"result":{"content":[{"type":"text","text":"a is missing: it must be a number."}],"isError":true}}"#
      ),
      log: [
        forbidden, #""reason":-32601"#, #""reason":-32602"#, #""reason":-32600"#,
        #""reason":-32600"#, accepted,
      ]),
    Row(
      testDescription: "notifications alone", left: 2, body: batch(notification, notification),
      status: 202, text: "", log: [accepted, accepted]),
    Row(
      testDescription: "an empty one", body: "[]", status: 400,
      text: Wire.error(-32600, "Invalid request: a batch has 1 to 50 messages", id: nil),
      log: [#""reason":-32600"#]),
    Row(
      testDescription: "one too many",
      body: "[" + Array(repeating: legacyAdd, count: 51).joined(separator: ",") + "]", status: 400,
      text: Wire.error(-32600, "Invalid request: a batch has 1 to 50 messages", id: nil),
      log: [#""reason":-32600"#]),
    Row(
      testDescription: "one of another revision", fields: [("MCP-Protocol-Version", "2025-06-18")],
      body: three, status: 400,
      text: Wire.error(-32600, "Invalid request: a message is one JSON object", id: nil),
      log: [#""reason":-32600"#]),
    Row(
      testDescription: "a response", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
      status: 202, text: "", log: [accepted]),
  ]

  @Test(arguments: permissions + limits + batches)
  func answers(_ row: Row) throws {
    let harness = try HTTPHarness(
      row.left == nil
        ? LiveServer.unlimited : ["CALCULATOR_RATE_LIMIT": "\(Self.limit)/minute"])
    let token = try harness.token(row.permissions)
    let fields = [
      ("Host", "127.0.0.1"), ("Content-Type", "application/json"),
      ("Authorization", "Bearer \(token)"),
    ]
    for _ in 0..<(Self.limit - (row.left ?? Self.limit)) {
      #expect(harness.send(fields: fields, body: Self.legacyAdd).text == Self.sum())
    }
    _ = harness.takeLog()

    let response = harness.send(fields: fields + row.fields, body: row.body)
    #expect(response.status == row.status)
    #expect(response.text == row.text)
    for (name, values) in row.has { #expect(response[name] == values, "\(name)") }
    let log = harness.takeLog()
    #expect(log.count == row.log.count, "\(log)")
    for (line, part) in zip(log, row.log) { #expect(line.contains(part), "\(line)") }
  }

  /// The failure limit is checked before the body is read, so it gives 429 in every era.
  @Test(arguments: [[("MCP-Protocol-Version", "2025-11-25")], [], modern("tools/call", "add")])
  func theFailureLimitIsAlways429(_ fields: [(String, String)]) throws {
    let harness = try HTTPHarness(["CALCULATOR_FAILURE_LIMIT": "1/minute"])
    let wrong = [
      ("Host", "127.0.0.1"), ("Content-Type", "application/json"),
      ("Authorization", "Basic YW5zaGlrYTp3cm9uZw=="),  // anshika:wrong
    ]
    #expect(harness.send(fields: wrong + fields, body: Self.legacyAdd).status == 401)
    let response = harness.send(fields: wrong + fields, body: Self.legacyAdd)
    #expect(response.status == 429)
    #expect(
      response.text == Wire.error(429, "Too many requests: try again in 60 s", id: "null"))
  }
}
