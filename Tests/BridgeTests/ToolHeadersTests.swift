import JSON
import Testing

@testable import Bridge

/// Parameters of tools that are repeated in header fields (MCP 2026-07-28
/// basic/transports/streamable-http, "Custom Headers from Tool Parameters").
@Suite(.timeLimit(.minutes(10)))
struct ToolHeadersTests {
  static func object(_ text: String) throws -> JSONObject {
    try #require(JSONParser.parse(Array(text.utf8)).object)
  }

  static func tools(_ properties: String, name: String = "sql") -> String {
    #"{"tools":[{"name":"\#(name)","inputSchema":{"type":"object","properties":{\#(properties)}}}]}"#
  }

  static let region = #""region":{"type":"string","x-mcp-header":"Region"}"#

  @Test(arguments: [
    ("a text", region, #""region":"us-west1""#, ["Mcp-Param-Region: us-west1"]),
    (
      "beyond ASCII", region, #""region":"Hello, 世界""#,
      ["Mcp-Param-Region: =?base64?SGVsbG8sIOS4lueVjA==?="]
    ),
    ("padded", region, #""region":" padded ""#, ["Mcp-Param-Region: =?base64?IHBhZGRlZCA=?="]),
    ("padded at the start", region, #""region":" a""#, ["Mcp-Param-Region: =?base64?IGE=?="]),
    (
      "two lines", region, #""region":"line1\nline2""#,
      ["Mcp-Param-Region: =?base64?bGluZTEKbGluZTI=?="]
    ),
    (
      "the Base64 form itself", region, #""region":"=?base64?literal?=""#,
      ["Mcp-Param-Region: =?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="]
    ),
    ("empty", region, #""region":"""#, ["Mcp-Param-Region: =?base64??="]),
    ("null", region, #""region":null"#, []), ("absent", region, "", []),
    ("another type", region, #""region":["a"]"#, []),
    ("no annotation", #""region":{"type":"string"}"#, #""region":"a""#, []),
    (
      "an integer", #""n":{"type":"integer","x-mcp-header":"N"}"#, #""n":-7"#,
      ["Mcp-Param-N: -7"]
    ),
    (
      "an integer in another spelling", #""n":{"type":"integer","x-mcp-header":"N"}"#,
      #""n":4.2e1"#, ["Mcp-Param-N: 42"]
    ),
    (
      "the largest integer", #""n":{"type":"integer","x-mcp-header":"N"}"#,
      #""n":9007199254740991"#, ["Mcp-Param-N: 9007199254740991"]
    ),
    (
      "a larger integer", #""n":{"type":"integer","x-mcp-header":"N"}"#, #""n":9007199254740992"#,
      []
    ),
    ("a fraction", #""n":{"type":"integer","x-mcp-header":"N"}"#, #""n":0.5"#, []),
    (
      "a flag", #""b":{"type":["boolean","null"],"x-mcp-header":"B"}"#, #""b":false"#,
      ["Mcp-Param-B: false"]
    ),
    (
      "a nested parameter",
      #""a":{"type":"object","properties":{"b":{"type":"string","x-mcp-header":"B"}}}"#,
      #""a":{"b":"x"}"#, ["Mcp-Param-B: x"]
    ),
    (
      "a parameter with the name of the annotation",
      #""x-mcp-header":{"type":"string","x-mcp-header":"H"}"#, #""x-mcp-header":"v""#,
      ["Mcp-Param-H: v"]
    ),
    (
      "an annotation inside data",
      #""r":{"type":"string","default":{"x-mcp-header":"D"},"x-mcp-header":"R"}"#, #""r":"v""#,
      ["Mcp-Param-R: v"]
    ),
  ])
  func repeats(_ name: String, _ properties: String, _ arguments: String, _ fields: [String])
    throws
  {
    let headers = ToolHeaders()
    #expect(headers.learn(try Self.object(Self.tools(properties))) == nil)
    let params = try Self.object(#"{"name":"sql","arguments":{\#(arguments)}}"#)
    #expect(try headers.fields(for: params).map { "\($0.name): \($0.value)" } == fields)
    let other = try Self.object(#"{"name":"other","arguments":{\#(arguments)}}"#)
    #expect(try headers.fields(for: other).isEmpty)
  }

  /// A tool with such a schema is taken out of the list.
  @Test(arguments: [
    ("an empty name", #""a":{"type":"string","x-mcp-header":""}"#),
    ("no text", #""a":{"type":"string","x-mcp-header":1}"#),
    ("a space", #""a":{"type":"string","x-mcp-header":"a b"}"#),
    ("a colon", #""a":{"type":"string","x-mcp-header":"a:"}"#),
    ("a line end", #""a":{"type":"string","x-mcp-header":"a\r\nX"}"#),
    ("beyond ASCII", #""a":{"type":"string","x-mcp-header":"é"}"#),
    ("too long", #""a":{"type":"string","x-mcp-header":"\#(String(repeating: "a", count: 129))"}"#),
    ("a number", #""a":{"type":"number","x-mcp-header":"A"}"#),
    ("an object", #""a":{"type":"object","x-mcp-header":"A"}"#),
    ("no type", #""a":{"x-mcp-header":"A"}"#),
    ("two types", #""a":{"type":["string","integer"],"x-mcp-header":"A"}"#),
    (
      "twice",
      #""a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}"#
    ),
    ("in items", #""a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}"#),
    ("in a choice", #""a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]}"#),
    (
      "in properties of items",
      #""a":{"items":{"properties":{"b":{"type":"string","x-mcp-header":"A"}}}}"#
    ),
    ("in a definition", #""a":{"$defs":{"b":{"type":"string","x-mcp-header":"A"}}}"#),
    (
      "more than 32",
      (0...32).map { #""p\#($0)":{"type":"string","x-mcp-header":"P\#($0)"}"# }
        .joined(separator: ",")
    ),
  ])
  func rejects(_ name: String, _ properties: String) throws {
    let headers = ToolHeaders()
    let learned = try #require(headers.learn(try Self.object(Self.tools(properties))))
    #expect(learned.rejected == ["sql"])
    #expect(learned.result["tools"] == [])
  }

  /// The schema itself is no parameter.
  @Test func anAnnotationAtTheRootIsRejected() throws {
    let tools = #"{"tools":[{"name":"a","inputSchema":{"type":"string","x-mcp-header":"A"}}]}"#
    #expect(ToolHeaders().learn(try Self.object(tools))?.rejected == ["a"])
  }

  /// A list without the annotation replaces what was known.
  @Test func aNewListReplacesTheOldOne() throws {
    let headers = ToolHeaders()
    let params = try Self.object(#"{"name":"sql","arguments":{"region":"x"}}"#)
    _ = headers.learn(try Self.object(Self.tools(Self.region)))
    #expect(try headers.fields(for: params).count == 1)
    _ = headers.learn(try Self.object(Self.tools(#""region":{"type":"string"}"#)))
    #expect(try headers.fields(for: params).isEmpty)
  }

  /// A value that no header can hold.
  @Test func aLongValueIsAnError() throws {
    let headers = ToolHeaders()
    _ = headers.learn(try Self.object(Self.tools(Self.region)))
    for (count, error) in [(8192, nil), (8193, BridgeError.longParameter)] {
      let value = String(repeating: "x", count: count)
      let params = try Self.object(#"{"name":"sql","arguments":{"region":"\#(value)"}}"#)
      var thrown: BridgeError?
      do throws(BridgeError) { _ = try headers.fields(for: params) } catch { thrown = error }
      #expect(thrown == error)
    }
  }

  /// Names are kept up to 1 MiB. Then all are forgotten.
  @Test func theMemoryIsBounded() throws {
    let headers = ToolHeaders()
    let params = try Self.object(#"{"name":"sql","arguments":{"region":"x"}}"#)
    _ = headers.learn(try Self.object(Self.tools(Self.region)))
    for index in 0..<3 {
      let name = String(repeating: "n", count: 400_000) + String(index)
      _ = headers.learn(try Self.object(Self.tools(Self.region, name: name)))
      #expect(try headers.fields(for: params).isEmpty == (index == 2))
    }
  }

  // MARK: Through the bridge

  static let list = Line.modern("tools/list")
  static let call = Line.modern(
    "tools/call", #""name":"sql","arguments":{"region":"us-west1"},"#, id: "2")
  static let fields = [
    "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: sql",
  ]
  static let mismatch = FakeAnswer.status(
    400, [("Content-Type", "application/json")], Line.error("2", -32_020, "Header mismatch"))

  /// The fields are learned from the list that the client reads; invalid tools are taken out of it.
  @Test func aListTeachesTheFields() async throws {
    let bad = #"{"name":"bad\n","inputSchema":{"x-mcp-header":"X"}}"#
    let good =
      #"{"name":"sql","inputSchema":{"properties":{\#(Self.region)}}}"#
    let harness = try BridgeHarness(posts: [
      .json(Line.result("1", #"{"tools":[\#(bad),\#(good)],"ttlMs":1}"#)), .json(Line.result("2")),
    ])
    harness.send(Self.list)
    async let output = harness.run()
    await harness.wait { harness.lines.count == 1 }
    harness.send(Self.call)
    harness.endInput()
    #expect(
      await output == [Line.result("1", #"{"tools":[\#(good)],"ttlMs":1}"#), Line.result("2")])
    #expect(
      harness.remote.requests("POST").last
        == Sent.post(Self.call, Self.fields + ["Mcp-Param-Region: us-west1"]))
    #expect(
      harness.notices == [#"took out a tool whose x-mcp-header is not valid: "bad\u000a""#])
  }

  /// After a header mismatch the bridge lists the tools itself, all pages, and sends the call once
  /// more.
  @Test func aMismatchTeachesTheFields() async throws {
    let harness = try BridgeHarness(posts: [
      Self.mismatch, .json(Line.result(#""bridge""#, #"{"tools":[],"nextCursor":"c"}"#)),
      .json(Line.result(#""bridge""#, Self.tools(Self.region))), .json(Line.result("2")),
    ])
    harness.send(Self.call)
    harness.endInput()
    #expect(await harness.run() == [Line.result("2")])
    let listed = ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list"]
    let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
    let start = #"{"jsonrpc":"2.0","id":"bridge","method":"tools/list","params":{"#
    #expect(
      harness.remote.requests("POST") == [
        Sent.post(Self.call, Self.fields), Sent.post("\(start)\(meta)}}", listed),
        Sent.post(#"\#(start)\#(meta),"cursor":"c"}}"#, listed),
        Sent.post(Self.call, Self.fields + ["Mcp-Param-Region: us-west1"]),
      ])
  }

  /// A server whose schema changes each time gets the call twice and no more.
  @Test func aMismatchTeachesOnce() async throws {
    let other = #""region":{"type":"string","x-mcp-header":"Other"}"#
    let harness = try BridgeHarness(posts: [
      Self.mismatch, .json(Line.result(#""bridge""#, Self.tools(Self.region))), Self.mismatch,
      .json(Line.result(#""bridge""#, Self.tools(other))), .json(Line.result("2")),
    ])
    harness.send(Self.call)
    harness.endInput()
    #expect(await harness.run() == [Line.error("2", -32_020, "Header mismatch")])
    #expect(harness.remote.requests("POST").count == 3)
  }

  /// If the list brings nothing new, the error goes to the client.
  @Test(arguments: [
    FakeAnswer.json(Line.result(#""bridge""#, #"{"tools":[]}"#)), .status(500),
    .json(Line.error(#""bridge""#, 1, "x")),
  ])
  func aMismatchThatStays(_ list: FakeAnswer) async throws {
    let harness = try BridgeHarness(posts: [Self.mismatch, list])
    harness.send(Self.call)
    harness.endInput()
    #expect(await harness.run() == [Line.error("2", -32_020, "Header mismatch")])
    #expect(harness.remote.requests("POST").count == 2)
  }

  /// A list whose pages never end is left.
  @Test func pagesAreBounded() async throws {
    let page = FakeAnswer.json(Line.result(#""bridge""#, #"{"tools":[],"nextCursor":"c"}"#))
    let harness = try BridgeHarness(posts: [Self.mismatch] + Array(repeating: page, count: 20))
    harness.send(Self.call)
    harness.endInput()
    #expect(await harness.run() == [Line.error("2", -32_020, "Header mismatch")])
    #expect(harness.remote.requests("POST").count == 17)
  }
}
