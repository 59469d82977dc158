import Testing
import TestHarness

/// The replies of MCP in both eras, byte for byte.
struct PipelineTests {
  enum Era: Sendable { case none, legacy }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var era = Era.none
    let request: String
    let reply: String?

    init(_ name: String, _ request: String, _ reply: String?) {
      (testDescription, self.request, self.reply) = (name, request, reply)
    }

    init(_ name: String, _ era: Era, _ request: String, _ reply: String?) {
      self.init(name, request, reply)
      self.era = era
    }
  }

  static let token = #""auth_token":"\#(StdioHarness.key)""#
  static let inMeta = #","calculator/auth_token":"\#(StdioHarness.key)""#
  static let parseError = Wire.error(-32700, "Parse error: the message is not strict JSON", id: nil)
  static let unauthenticated = Wire.failure("Authentication failed", kind: "authentication_failed")
  static let discovery =
    #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"capabilities":{"tools":{}},"#
    + #""instructions":"Exact decimal arithmetic. Numbers go in and come out as JSON numbers.","#
    + #""ttlMs":300000,"cacheScope":"public","resultType":"complete","_meta":{\#(StdioHarness.serverInfo)}}}"#
  static func invalid(_ reason: String, id: String? = "1") -> String {
    Wire.error(-32600, "Invalid request: \(reason)", id: id)
  }
  static func params(_ reason: String, id: String = "1") -> String {
    Wire.error(-32602, "Invalid params: \(reason)", id: id)
  }
  static let idRule =
    "id must be a string of at most 256 bytes, or an integer of at most 64 digits"
  static let notFound = Wire.error(-32601, "Method not found")

  static let rows = [
    // Modern requests need no handshake.
    Row("discover", Wire.modern("server/discover"), discovery),
    Row("discover after a handshake", .legacy, Wire.modern("server/discover"), discovery),
    Row("add", Wire.call("add", "\(token),\"a\":0.1,\"b\":0.2"), Wire.result("0.3")),
    Row("token in _meta", Wire.call("add", "\"a\":1e3,\"b\":0", meta: inMeta), Wire.result("1000")),
    Row("square root", Wire.call("square_root", "\(token),\"a\":0.25"), Wire.result("0.5")),
    Row("modulo", Wire.call("modulo", "\(token),\"a\":-7,\"b\":3"), Wire.result("2")),
    Row(
      "string id", Wire.call("add", id: "\"é\"", "\(token),\"a\":1,\"b\":1"),
      Wire.result("2", id: "\"é\"")),
    Row(
      "id beyond 2^53", Wire.call("add", id: "9007199254740993", "\(token),\"a\":1,\"b\":1"),
      Wire.result("2", id: "9007199254740993")),
    Row(
      "modern call after a handshake", .legacy, Wire.call("add", "\(token),\"a\":1,\"b\":1"),
      Wire.result("2")),

    // Messages that are not JSON-RPC requests.
    Row("rubbish", "rubbish", parseError),
    Row("duplicate key", #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, parseError),
    Row(
      "65 deep", String(repeating: "[", count: 65) + String(repeating: "]", count: 65), parseError),
    Row("a batch", "[\(Wire.legacy("ping"))]", invalid("a message is one JSON object", id: nil)),
    Row("a string", "\"ping\"", invalid("a message is one JSON object", id: nil)),
    Row(
      "null id", Wire.legacy("ping", id: "null"),
      invalid(idRule, id: nil)),
    Row(
      "fractional id", Wire.legacy("ping", id: "1.5"),
      invalid(idRule, id: nil)),
    Row(
      "exponent id", Wire.legacy("ping", id: "1e0"),
      invalid(idRule, id: nil)),
    Row(
      "boolean id", Wire.legacy("ping", id: "true"),
      invalid(idRule, id: nil)),
    Row(
      "array id", Wire.legacy("ping", id: "[1]"),
      invalid(idRule, id: nil)),
    Row(
      "object id", Wire.legacy("ping", id: "{}"),
      invalid(idRule, id: nil)),
    Row("no method", #"{"jsonrpc":"2.0","id":1}"#, invalid("method must be a string")),
    Row("a response", #"{"jsonrpc":"2.0","id":1,"result":{}}"#, nil),
    Row(
      "jsonrpc 1.0", #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
      invalid(#"jsonrpc must be \"2.0\""#)),
    Row("no jsonrpc", #"{"id":1,"method":"ping"}"#, invalid(#"jsonrpc must be \"2.0\""#)),
    Row(
      "Method for method (J2)", #"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#,
      invalid("method must be a string")),

    // Methods.
    Row("unknown method", Wire.modern("tools/run"), notFound),
    Row("ping is of the legacy era", Wire.modern("ping"), notFound),
    Row("initialize is of the legacy era", Wire.modern("initialize"), notFound),
    Row("logging is of the legacy era", Wire.modern("logging/setLevel"), notFound),
    Row("unknown legacy method", .legacy, Wire.legacy("logging/setLevel"), notFound),
    Row("discover is of the modern era", .legacy, Wire.legacy("server/discover"), notFound),

    // Params.
    Row(
      "no version",
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}"#,
      params("_meta must have io.modelcontextprotocol/protocolVersion, a string")),
    Row(
      "no capabilities",
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
      params("_meta must have io.modelcontextprotocol/clientCapabilities, an object")),
    Row(
      "discover without _meta", Wire.legacy("server/discover"),
      params("_meta must have io.modelcontextprotocol/protocolVersion, a string")),
    Row(
      "neither handshake nor _meta", Wire.legacy("tools/list"),
      params(
        "send initialize first, or _meta with io.modelcontextprotocol/protocolVersion and "
          + "io.modelcontextprotocol/clientCapabilities")),
    Row(
      "params as an array", Wire.legacy("ping", params: "[]"), params("params must be an object")),
    Row(
      "params null", Wire.legacy("ping", params: "null"), #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    Row(
      "_meta as a string", Wire.legacy("ping", params: #"{"_meta":"x"}"#),
      params("_meta must be an object")),
    Row("a cursor", Wire.modern("tools/list", params: #""cursor":"x","#), params("unknown cursor")),
    Row(
      "no name", Wire.modern("tools/call", params: #""arguments":{},"#),
      params("name must be a string")),
    Row(
      "arguments as an array",
      Wire.modern("tools/call", params: #""name":"add","arguments":[1,2],"#),
      params("arguments must be an object")),
    Row("unknown tool", Wire.call("sum", token), params("unknown tool; tools/list names them all")),
    Row(
      "unknown version", Wire.modern("tools/list").replacing("2026-07-28", with: "1900-01-01"),
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","#
        + #""data":{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"#
        + #""requested":"1900-01-01"}}}"#),

    // Notifications never get a reply, not even an error.
    Row("a notification", #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, nil),
    Row("an unknown one", #"{"jsonrpc":"2.0","method":"x","params":5}"#, nil),
    Row(
      "a cancellation",
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, nil),
    Row(
      "a call without id", #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"add"}}"#, nil),

    // The legacy era.
    Row("ping before the handshake", Wire.legacy("ping"), #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    Row("ping after it", .legacy, Wire.legacy("ping"), #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
    Row(
      "add", .legacy,
      Wire.legacy("tools/call", params: #"{"name":"add","arguments":{"a":1,"b":2,\#(token)}}"#),
      #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"3"}],"isError":false,"structuredContent":{"result":3}}}"#
    ),
    Row(
      "initialize without capabilities",
      Wire.legacy("initialize", params: #"{"protocolVersion":"2025-11-25","clientInfo":{}}"#),
      params("initialize takes protocolVersion (string), capabilities and clientInfo (objects)")),

    // Arguments that the tool refuses.
    Row(
      "b missing", Wire.call("add", "\(token),\"a\":1"),
      Wire.failure("b is missing: it must be a number.")),
    Row(
      "b a string", Wire.call("add", "\(token),\"a\":1,\"b\":\"2\""),
      Wire.failure("b must be a JSON number, such as 0.5, without quotes.")),
    Row(
      "an argument too many", Wire.call("add", "\(token),\"a\":1,\"b\":2,\"c\":3"),
      Wire.failure(
        "add takes a and b, and auth_token for the credential; remove every other argument.")),

    // Authentication.
    Row("no token", Wire.call("add", "\"a\":1,\"b\":2"), unauthenticated),
    Row("wrong token", Wire.call("add", "\"auth_token\":\"x\",\"a\":1,\"b\":2"), unauthenticated),
    Row(
      "token and bad arguments: the token first", Wire.call("add", "\"auth_token\":\"x\""),
      unauthenticated),
    Row(
      "no arguments at all", Wire.modern("tools/call", params: #""name":"add","#), unauthenticated),
    Row("both places", Wire.call("add", "\(token),\"a\":1,\"b\":2", meta: inMeta), unauthenticated),
  ]

  @Test(arguments: rows)
  func answers(_ row: Row) throws {
    let server = try StdioHarness()
    if row.era == .legacy { #expect(server.initialize() != nil) }
    #expect(server.send(row.request) == row.reply)
  }

  /// MCP 2025-11-25 basic/lifecycle, "Version Negotiation".
  @Test(arguments: [
    ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
    ("2024-11-05", "2024-11-05"), ("2026-07-28", "2025-11-25"), ("1900-01-01", "2025-11-25"),
  ])
  func negotiates(_ requested: String, _ agreed: String) throws {
    #expect(
      try StdioHarness().initialize(requested)
        == #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"\#(agreed)","capabilities":{"tools":{}},"#
        + #""serverInfo":{"name":"calculator-stdio","title":"Calculator","version":"0.1.0"},"#
        + #""instructions":"Exact decimal arithmetic. Numbers go in and come out as JSON numbers."}}"#
    )
  }

  @Test func listsToolsInAFixedOrder() throws {
    let names = ["add", "subtract", "multiply", "divide", "power", "modulo", "square_root"]
    let modern = try #require(try StdioHarness().send(Wire.modern("tools/list")))
    #expect(modern.matches(of: /"name":"([a-z_]+)","title"/).compactMap { String($0.1) } == names)
    #expect(modern.contains(#""ttlMs":300000,"cacheScope":"public""#))
    let legacy = try StdioHarness()
    _ = legacy.initialize()
    let list = try #require(legacy.send(Wire.legacy("tools/list")))
    #expect(list.matches(of: /"name":"([a-z_]+)","title"/).compactMap { String($0.1) } == names)
    #expect(!list.contains("ttlMs") && !list.contains("resultType"))
  }

  /// The schema does not require the credential, because a model would invent one. The server
  /// requires it.
  @Test(arguments: ["true", "false"])
  func noSchemaDemandsTheToken(_ required: String) throws {
    let server = try StdioHarness(
      environment: ["CALCULATOR_API_KEY": StdioHarness.key, "CALCULATOR_REQUIRE_AUTH": required])
    let list = try #require(server.send(Wire.modern("tools/list")))
    #expect(list.contains(#""auth_token":{"type":"string""#))
    #expect(list.contains(#""required":["a","b"]"#))
    #expect(!list.contains(/"required":\[[^\]]*auth_token/))
  }

  struct OpenRow: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let key: String?
    let arguments: String
    let reply: String
  }

  @Test(arguments: [
    OpenRow(
      testDescription: "no key, no token", key: nil, arguments: "\"a\":1,\"b\":2",
      reply: Wire.result("3")),
    OpenRow(
      testDescription: "no key, some token", key: nil,
      arguments: "\"auth_token\":\"x\",\"a\":1,\"b\":2",
      reply: Wire.result("3")),
    OpenRow(
      testDescription: "a key, no token", key: StdioHarness.key, arguments: "\"a\":1,\"b\":2",
      reply: Wire.result("3")),
    OpenRow(
      testDescription: "a key, a wrong token", key: StdioHarness.key,
      arguments: "\"auth_token\":\"x\",\"a\":1,\"b\":2", reply: unauthenticated),
  ])
  func anOpenServerLetsGuestsIn(_ row: OpenRow) throws {
    var environment = ["CALCULATOR_REQUIRE_AUTH": "false"]
    environment["CALCULATOR_API_KEY"] = row.key
    #expect(
      try StdioHarness(environment: environment).send(Wire.call("add", row.arguments)) == row.reply)
  }
}
