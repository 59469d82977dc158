import HTTPClient
import Testing

@testable import Bridge

/// One request of a modern client, and its answer.
@Suite(.timeLimit(.minutes(10)))
struct ForwardingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var line = Line.modern("tools/list")
    var fields = ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list"]
    let answers: [FakeAnswer]
    let output: [String]
    var testDescription: String { name }
  }

  static let ok = Line.result("1", #"{"tools":[]}"#)
  static let lost = Line.error(
    "1", 502, "The connection to the remote server was lost before its answer came.")

  static func problem(_ code: Int, _ sentence: String) -> [String] {
    [Line.error("1", code, sentence)]
  }

  static func invalid(_ words: String) -> [String] {
    problem(502, "The remote server answered \(words).")
  }

  static let notJSONRPC = "with a message that is not valid JSON-RPC"
  static let mediaType = "with another media type than JSON or an event stream"
  static let missing = "without the response to this request"
  static let html = "<html><body>Secret</body></html>"

  static let rows = [
    Row(name: "JSON", answers: [.json(ok)], output: [ok]),
    Row(
      name: "line ends inside JSON become spaces",
      answers: [.json("{\"jsonrpc\":\"2.0\",\r\n\"id\":1,\n\"result\":{}}\n")],
      output: [#"{"jsonrpc":"2.0",  "id":1, "result":{}} "#]),
    Row(
      name: "members and numbers stay as they came",
      answers: [.json(#"{"result" : {"x":1.0e2,"é":"é"},"id":1,"jsonrpc":"2.0"}"#)],
      output: [#"{"result" : {"x":1.0e2,"é":"é"},"id":1,"jsonrpc":"2.0"}"#]),
    Row(name: "one event", answers: [.events("data: \(ok)")], output: [ok]),
    Row(
      name: "an event of two lines",
      answers: [
        .events("event: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}")
      ],
      output: [#"{"jsonrpc":"2.0", "id":1,"result":{}}"#]),
    Row(
      name: "progress before the response",
      answers: [.events("data: \(Line.progress)", ": keep-alive", "data: \(ok)")],
      output: [Line.progress, ok]),
    Row(
      name: "events of another type", answers: [.events("event: other\ndata: x", "data: \(ok)")],
      output: [ok]),
    Row(
      name: "an event without data", answers: [.events("id: 1\ndata:", "data: \(ok)")],
      output: [ok]),
    Row(
      name: "a modern server sends no requests",
      answers: [.events("data: \(Line.sampling)", "data: \(ok)")], output: [ok]),
    Row(
      name: "another id in a stream",
      answers: [.events("data: \(Line.result("7"))", "data: \(ok)")],
      output: [ok]),
    Row(
      name: "two responses in a stream",
      answers: [.events("data: \(ok)", "data: \(Line.result("1", "{\"b\":1}"))")], output: [ok]),
    Row(
      name: "another id in JSON", answers: [.json(Line.result("7"))], output: invalid(missing)),
    Row(
      name: "the id as a text", answers: [.json(Line.result(#""1""#))], output: invalid(missing)),
    Row(name: "not JSON", answers: [.json("{")], output: invalid(notJSONRPC)),
    Row(
      name: "no JSON-RPC", answers: [.json(#"{"id":1,"result":{}}"#)], output: invalid(notJSONRPC)),
    Row(
      name: "result and error",
      answers: [
        .json(#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#)
      ], output: invalid(notJSONRPC)),
    Row(
      name: "a batch", answers: [.json("[\(ok)]")], output: invalid(notJSONRPC)),
    Row(
      name: "deeper than 64",
      answers: [
        .json(
          Line.result("1", String(repeating: "[", count: 65) + String(repeating: "]", count: 65)))
      ], output: invalid(notJSONRPC)),
    Row(
      name: "an invalid event", answers: [.events("data: {", "data: \(ok)", ending: .open)],
      output: invalid(notJSONRPC)),
    Row(
      name: "HTML", answers: [.status(200, [("Content-Type", "text/html")], html)],
      output: invalid(mediaType)),
    Row(name: "no media type", answers: [.status(200, [], ok)], output: invalid(missing)),
    Row(
      name: "two media types",
      answers: [
        .status(200, [("Content-Type", "application/json"), ("Content-Type", "text/html")], ok)
      ], output: invalid(mediaType)),
    Row(name: "202 for a request", answers: [.accepted], output: invalid(missing)),
    Row(
      name: "a stream without the response", answers: [.events("data: \(Line.progress)")],
      output: [Line.progress, lost]),
    Row(
      name: "a modern stream is not resumed",
      answers: [.events("id: 1\ndata: \(Line.progress)", ending: .lost)],
      output: [Line.progress, lost]),
    Row(
      name: "JSON that breaks off",
      answers: [
        FakeAnswer(
          fields: [(name: "Content-Type", value: "application/json")], chunks: [Array(ok.utf8)],
          ending: .lost)
      ], output: [lost]),
    // MARK: Refused requests
    Row(
      name: "an error of the server",
      answers: [
        .status(
          400, [("Content-Type", "application/json")], Line.error("1", -32_022, "Unsupported"))
      ], output: [Line.error("1", -32_022, "Unsupported")]),
    Row(
      name: "an error with the id null",
      answers: [
        .status(
          429, [("Content-Type", "application/json"), ("Retry-After", "3")],
          Line.error("null", 429, "Slower"))
      ], output: [Line.error("1", 429, "Slower")]),
    Row(
      name: "an error without an id",
      answers: [
        .status(
          503, [("Content-Type", "application/json")],
          #"{"jsonrpc":"2.0","error":{"code":503,"message":"Later"}}"#)
      ], output: [#"{"jsonrpc":"2.0","error":{"code":503,"message":"Later"},"id":1}"#]),
    Row(
      name: "an error for another id",
      answers: [
        .status(500, [("Content-Type", "application/json")], Line.error("7", 1, "x"))
      ], output: problem(500, "The remote server refused the request with status 500.")),
    Row(
      name: "an error without a message",
      answers: [
        .status(
          500, [("Content-Type", "application/json")],
          #"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#)
      ], output: problem(500, "The remote server refused the request with status 500.")),
    Row(
      name: "a result with a status of an error",
      answers: [
        .status(500, [("Content-Type", "application/json")], ok)
      ], output: problem(500, "The remote server refused the request with status 500.")),
    Row(
      name: "HTML of 502", answers: [.status(502, [("Content-Type", "text/html")], html)],
      output: problem(502, "The remote server refused the request with status 502.")),
    Row(
      name: "429 without a body", answers: [.status(429, [("Retry-After", "3")])],
      output: problem(
        429, "The remote server gets too many requests (status 429). Try again later.")),
    Row(
      name: "503 without a body", answers: [.status(503)],
      output: problem(503, "The remote server is not available now (status 503). Try again later.")),
    Row(
      name: "404 without a session", answers: [.status(404)],
      output: problem(404, "The remote server has no MCP endpoint at this URL (status 404).")),
    Row(
      name: "a redirect is not followed",
      answers: [.status(307, [("Location", "https://evil.example/")])],
      output: problem(
        307,
        "The remote server redirects to another URL (status 307). Use that URL in the settings.")),
    Row(
      name: "another redirect", answers: [.status(302, [("Location", "/other")])],
      output: problem(
        302,
        "The remote server redirects to another URL (status 302). Use that URL in the settings.")),
    // MARK: No connection
    Row(
      name: "insecure", answers: [.failed(.insecure)],
      output: problem(
        502,
        "The certificate or the TLS version of the remote server is not accepted, or it speaks no TLS."
      )),
    Row(
      name: "a timeout is not tried again", answers: [.failed(.timeout)],
      output: problem(504, "The remote server did not answer in time.")),
    // MARK: Header fields
    Row(
      name: "the name of a tool", line: Line.modern("tools/call", #""name":"add","#),
      fields: ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: add"],
      answers: [.json(ok)], output: [ok]),
    Row(
      name: "a name that no field has",
      line: Line.modern("prompts/get", #""name":"Hello, 世界","#),
      fields: [
        "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: prompts/get",
        "Mcp-Name: =?base64?SGVsbG8sIOS4lueVjA==?=",
      ], answers: [.json(ok)], output: [ok]),
    Row(
      name: "a name with a line end", line: Line.modern("tools/call", #""name":"a\r\nX: y","#),
      fields: [
        "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call",
        "Mcp-Name: =?base64?YQ0KWDogeQ==?=",
      ], answers: [.json(ok)], output: [ok]),
    Row(
      name: "a method with a line end", line: Line.modern(#"a\nb"#),
      fields: ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: =?base64?YQpi?="],
      answers: [.json(ok)], output: [ok]),
    Row(
      name: "the URI of a resource",
      line: Line.modern("resources/read", #""name":"no","uri":"file:///a","#),
      fields: [
        "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: resources/read", "Mcp-Name: file:///a",
      ], answers: [.json(ok)], output: [ok]),
    Row(
      name: "before the handshake", line: Line.ping, fields: [], answers: [.json(ok)],
      output: [ok]),
    Row(
      name: "the body stays as it came", line: #" {"method":"ping" , "id":1,"jsonrpc":"2.0"}  "#,
      fields: [], answers: [.json(ok)], output: [ok]),
  ]

  @Test(arguments: rows)
  func forwards(_ row: Row) async throws {
    let harness = try BridgeHarness(posts: row.answers)
    harness.send(row.line)
    harness.endInput()
    #expect(await harness.run() == row.output)
    #expect(harness.remote.requests("POST") == [Sent.post(row.line, row.fields)])
    #expect(harness.remote.requests("GET").isEmpty)
    #expect(harness.remote.requests("DELETE").isEmpty)
  }

  /// What is no message is not sent.
  @Test(arguments: [
    (
      "not JSON", "{",
      #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: the message is not strict JSON"}}"#
    ),
    (
      "a batch", "[]",
      #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: a message is one JSON object"}}"#
    ),
    (
      "no method", #"{"jsonrpc":"2.0","id":1}"#,
      Line.error("1", -32_600, "Invalid request: method must be a string")
    ),
    (
      "a version with a line end",
      #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"a\nX: y"}}}"#,
      Line.error("1", -32_602, "Invalid params: the protocol version is not visible ASCII")
    ),
    ("a response without a session", Line.result("1"), ""),
    ("a cancellation of nothing", Line.cancelled("1"), ""),
  ])
  func refuses(_ name: String, _ line: String, _ output: String) async throws {
    let harness = try BridgeHarness()
    harness.send(line)
    harness.endInput()
    #expect(await harness.run() == (output == "" ? [] : [output]))
    #expect(harness.remote.requests("").isEmpty)
  }

  /// RFC 9110 §9.2.2: only what reads is sent again, and only if nothing of the response has come.
  @Test(arguments: [
    ("tools/list", 3), ("ping", 3), ("server/discover", 3), ("resources/read", 3),
    ("prompts/get", 3), ("initialize", 3), ("tools/call", 1), ("logging/setLevel", 1),
    ("resources/subscribe", 1), ("subscriptions/listen", 1), ("unknown", 1),
  ])
  func repeatsWhatReads(_ method: String, _ count: Int) async throws {
    let harness = try BridgeHarness(posts: Array(repeating: .failed(.unreachable), count: 5))
    harness.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#)
    if count > 1 || method != "subscriptions/listen" { harness.endInput() }
    async let output = harness.run()
    await harness.wait { !harness.lines.isEmpty }
    harness.endInput()
    #expect(
      await output
        == Self.problem(
          502, "The remote server cannot be reached, or its answer is not valid HTTP."))
    #expect(harness.remote.requests("POST").count == count)
    #expect(harness.waits == (count == 3 ? [.milliseconds(100), .seconds(1)] : []))
  }

  @Test func aRepetitionMaySucceed() async throws {
    let harness = try BridgeHarness(posts: [.failed(.unreachable), .json(Self.ok)])
    harness.send(Line.modern("tools/list"))
    harness.endInput()
    #expect(await harness.run() == [Self.ok])
  }

  /// A slow request delays no other one.
  @Test func requestsAreOnTheirWayAtTheSameTime() async throws {
    let slow = Latch()
    let both = try BridgeHarness(posts: [
      FakeAnswer.events("data: \(Line.result("1"))").running { await slow.wait() },
      FakeAnswer.events("data: \(Line.result("2"))").running { slow.open() },
    ])
    both.send(Line.modern("a", id: "1"))
    async let output = both.run()
    await both.wait { both.remote.requests("POST").count == 1 }
    both.send(Line.modern("b", id: "2"))
    both.endInput()
    #expect(Set(await output) == [Line.result("1"), Line.result("2")])
  }
}
