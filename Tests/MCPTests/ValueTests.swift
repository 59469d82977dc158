import JSON
import Testing

@testable import MCP

/// How the small types of MCP are parsed and written.
struct ValueTests {
  private static func value(_ text: String) throws -> JSONValue {
    try JSONParser.parse(Array(text.utf8))
  }

  private static func text(_ json: JSONValue) -> String {
    String(decoding: json.serialized(), as: UTF8.self)
  }

  // MARK: RequestID

  /// MCP basic/index, "Requests": a string or an integer, returned unchanged.
  @Test(arguments: [
    ("1", true), ("-1", true), ("0", true), ("9007199254740993000", true), (#""""#, true),
    (#""a""#, true), (#""\u0000""#, true), ("1.0", false), ("1e3", false), ("null", false),
    ("true", false), ("[]", false), ("{}", false),
  ])
  func takesIdentifiers(_ json: String, _ isTaken: Bool) throws {
    let id = RequestID(try Self.value(json))
    #expect((id != nil) == isTaken)
    if let id { #expect(try id.json == Self.value(json)) }
  }

  // MARK: RequestMeta

  private static func failure(
    of meta: String, _ check: (JSONObject) throws(RPCError) -> Void
  ) throws -> RPCError? {
    let meta = try #require(value(meta).object)
    do throws(RPCError) {
      try check(meta)
      return nil
    } catch { return error }
  }

  /// MCP schema, "ProgressToken".
  @Test(arguments: [
    ("{}", true), (#"{"progressToken":null}"#, true), (#"{"progressToken":"a"}"#, true),
    (#"{"progressToken":1}"#, true), (#"{"progressToken":5.0}"#, true),
    (#"{"progressToken":1.5}"#, false), (#"{"progressToken":false}"#, false),
    (#"{"progressToken":[]}"#, false), (#"{"progressToken":{}}"#, false),
  ])
  func checksTheProgressToken(_ meta: String, _ isGood: Bool) throws {
    let failure = try Self.failure(of: meta, RequestMeta.checkProgressToken)
    #expect(
      failure
        == (isGood
          ? nil : .invalidParams("_meta.progressToken must be a string or an integer")))
  }

  /// MCP 2026-07-28 schema, "RequestMetaObject".
  @Test(arguments: [
    ("{}", true), (#"{"clientInfo":5}"#, true),  // without its prefix it is another key
    (#"{"io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"}}"#, true),
    (#"{"io.modelcontextprotocol/clientInfo":{"name":"a"}}"#, false),
    (#"{"io.modelcontextprotocol/clientInfo":{"version":"1"}}"#, false),
    (#"{"io.modelcontextprotocol/clientInfo":[]}"#, false),
    (#"{"io.modelcontextprotocol/logLevel":"warning"}"#, true),
    (#"{"io.modelcontextprotocol/logLevel":"WARNING"}"#, false),
    (#"{"io.modelcontextprotocol/logLevel":4}"#, false),
  ])
  func checksTheOptionalFields(_ meta: String, _ isGood: Bool) throws {
    #expect((try Self.failure(of: meta, RequestMeta.checkOptionalFields) == nil) == isGood)
  }

  // MARK: ProtocolVersion

  /// S9: a secret in place of a version is not echoed. A key has at least 16 bytes.
  @Test(arguments: [
    ("2026-07-28", true), ("1.0", true), ("v2.0", true), ("123456789.12345", true),
    ("1234567890.12345", false), ("v", false), ("1", false), ("1.", false), (".1", false),
    ("1..2", false), ("1,2", false), ("vv1.0", false), ("1.0v", false), ("", false),
    ("\u{661}.\u{661}", false), ("-", false),
  ])
  func showsOnlyNumbers(_ text: String, _ isShown: Bool) {
    #expect(ProtocolVersion.shown(text) == (isShown ? text : "unknown"))
  }

  @Test func everyRevisionIsOfOneEra() {
    #expect(ProtocolVersion.modern + ProtocolVersion.legacy == ProtocolVersion.allCases)
  }

  // MARK: ToolResult

  /// MCP server/tools, "Tool Result".
  static let results: [(result: ToolResult, json: String)] = [
    (
      .success("3", structured: JSONObject([("result", .number(JSONNumber(3)))])),
      #"{"content":[{"type":"text","text":"3"}],"isError":false,"structuredContent":{"result":3}}"#
    ),
    (
      .success("", structured: JSONObject()),
      #"{"content":[{"type":"text","text":""}],"isError":false,"structuredContent":{}}"#
    ),
    (
      .failure("\u{1b}\"a\"\n"),
      #"{"content":[{"type":"text","text":"\u001b\"a\"\u000a"}],"isError":true}"#
    ),
    (
      .failure("x", meta: JSONObject([("calculator/error", "permission_denied")])),
      #"{"content":[{"type":"text","text":"x"}],"isError":true,"#
        + #""_meta":{"calculator/error":"permission_denied"}}"#
    ),
  ]

  @Test(arguments: results)
  func writesResults(_ result: ToolResult, _ json: String) {
    #expect(Self.text(.object(result.json)) == json)
  }

  // MARK: RPCError

  /// JSON-RPC 2.0 §5.1, MCP "Error Codes".
  static let errors: [(error: RPCError, json: String)] = [
    (.parseError, #"{"code":-32700,"message":"Parse error: the message is not strict JSON"}"#),
    (.invalidRequest("a"), #"{"code":-32600,"message":"Invalid request: a"}"#),
    (.methodNotFound, #"{"code":-32601,"message":"Method not found"}"#),
    (.invalidParams("a"), #"{"code":-32602,"message":"Invalid params: a"}"#),
    (.headerMismatch("a"), #"{"code":-32020,"message":"Header mismatch: a"}"#),
    (
      .unsupportedProtocolVersion(requested: "1.0", supported: [.v2026_07_28, .v2025_11_25]),
      #"{"code":-32022,"message":"Unsupported protocol version","#
        + #""data":{"supported":["2026-07-28","2025-11-25"],"requested":"1.0"}}"#
    ),
  ]

  @Test(arguments: errors)
  func writesErrors(_ error: RPCError, _ json: String) {
    #expect(Self.text(error.json) == json)
  }
}
