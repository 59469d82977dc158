import Support
import JSON
import Testing

@testable import MCP

/// Rows with a message, the state of the session, and the expected outcome.
struct MCPServerTests {
  /// The state of the session before the message.
  enum Before: Sendable {
    /// Over stdio, before the handshake.
    case new
    /// Over stdio, after a handshake.
    case agreed(ProtocolVersion)
    /// Over HTTP, with these header fields.
    case http(version: [String] = [], method: [String] = [], name: [String] = [])

    var session: Session {
      switch self {
      case .new: Session()
      case .agreed(let version): Session(legacyVersion: version)
      case .http(let versions, let methods, let names):
        Session(headers: RequestHeaders(versions: versions, methods: methods, names: names))
      }
    }

    static let batches = Before.agreed(.v2025_03_26)
    static func modern(_ method: String, _ names: String...) -> Before {
      .http(version: ["2026-07-28"], method: [method], name: names)
    }
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let before: Before
    let message: String
    /// The reply on the wire, or `call …` for a tool call; `nil` for no reply.
    let outcome: String?

    init(_ name: String, _ message: String, _ outcome: String?) {
      self.init(name, .new, message, outcome)
    }

    init(_ name: String, _ before: Before, _ message: String, _ outcome: String?) {
      (testDescription, self.before, self.message, self.outcome) = (
        name, before, message, outcome
      )
    }
  }

  static let server = MCPServer(
    info: ServerInfo(name: "test", title: "Test", version: "1", instructions: "None."), tools: [])

  // MARK: Messages as text

  static let meta =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#

  static func legacy(_ method: String, _ params: String? = nil, id: String = "1") -> String {
    let params = params.map { #","params":\#($0)"# } ?? ""
    return #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"\#(params)}"#
  }

  /// - Parameter more: members of `_meta`, each after a comma.
  static func modern(_ method: String, _ params: String = "", meta more: String = "") -> String {
    legacy(method, #"{\#(params)"_meta":{\#(meta)\#(more)}}"#)
  }

  static func initialize(_ version: String) -> String {
    legacy(
      "initialize",
      #"{"protocolVersion":"\#(version)","capabilities":{},"clientInfo":{"name":"x","version":"1"}}"#
    )
  }

  static func error(_ code: Int, _ message: String, id: String? = "1", data: String? = nil)
    -> String
  {
    let id = id.map { #""id":\#($0),"# } ?? ""
    let data = data.map { #","data":\#($0)"# } ?? ""
    return #"{"jsonrpc":"2.0",\#(id)"error":{"code":\#(code),"message":"\#(message)"\#(data)}}"#
  }
  static func invalid(_ reason: String, id: String? = "1") -> String {
    error(-32600, "Invalid request: \(reason)", id: id)
  }
  static func params(_ reason: String) -> String { error(-32602, "Invalid params: \(reason)") }
  static func mismatch(_ field: String) -> String {
    error(-32020, "Header mismatch: \(field) must be there once and say what the body says")
  }
  static func unsupported(_ requested: String, _ supported: String) -> String {
    error(
      -32022, "Unsupported protocol version",
      data: #"{"supported":[\#(supported)],"requested":"\#(requested)"}"#)
  }
  static func agreed(_ version: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(version)","capabilities":{"tools":{}},"#
      + #""serverInfo":{"name":"test","title":"Test","version":"1"},"instructions":"None."}}"#
  }

  static let pong = #"{"jsonrpc":"2.0","id":1,"result":{}}"#
  static let list = #"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#
  static let idRule = "id must be a string of at most 256 bytes, or an integer of at most 64 digits"
  static let noObject = invalid("a message is one JSON object", id: nil)
  static let overHTTP = #""2026-07-28","2025-11-25","2025-06-18","2025-03-26""#
  static let overStdio = overHTTP + #","2024-11-05""#
  static func text(_ count: Int, _ character: String = "a") -> String {
    "\"" + String(repeating: character, count: count) + "\""
  }
  static func digits(_ count: Int) -> String { String(repeating: "9", count: count) }

  // MARK: The rows

  /// H33, S18: the reply and the log contain the id.
  static let ids: [Row] = [
    Row(
      "an id of 256 bytes", legacy("ping", id: text(256)),
      pong.replacing(#""id":1"#, with: #""id":\#(text(256))"#)),
    Row("an id of 257 bytes", legacy("ping", id: text(257)), invalid(idRule, id: nil)),
    Row("an id of 70,000 bytes", legacy("ping", id: text(70_000)), invalid(idRule, id: nil)),
    Row(
      "an id of 258 bytes that looks like one letter", legacy("ping", id: text(129, "\u{301}")),
      invalid(idRule, id: nil)),
    Row(
      "an id of 64 digits", legacy("ping", id: digits(64)),
      pong.replacing(#""id":1"#, with: #""id":\#(digits(64))"#)),
    Row(
      "an id of minus 64 digits", legacy("ping", id: "-" + digits(64)),
      pong.replacing(#""id":1"#, with: #""id":-\#(digits(64))"#)),
    Row("an id of 65 digits", legacy("ping", id: digits(65)), invalid(idRule, id: nil)),
    Row("an id of minus 65 digits", legacy("ping", id: "-" + digits(65)), invalid(idRule, id: nil)),
    Row("an id with a point", legacy("ping", id: "1.0"), invalid(idRule, id: nil)),
    Row("an id with an exponent", legacy("ping", id: "1e2"), invalid(idRule, id: nil)),
    Row("an id of null", legacy("ping", id: "null"), invalid(idRule, id: nil)),
  ]

  static let absences: [Row] = [
    Row("params null", legacy("ping", "null"), pong),
    Row("_meta null", .batches, legacy("tools/list", #"{"_meta":null}"#), list),
    Row("a cursor of null", .batches, legacy("tools/list", #"{"cursor":null}"#), list),
    Row(
      "arguments null", .batches, legacy("tools/call", #"{"name":"add","arguments":null}"#),
      "call add {}"),
    Row("no arguments", .batches, legacy("tools/call", #"{"name":"add"}"#), "call add {}"),
    Row(
      "a name of null", .batches, legacy("tools/call", #"{"name":null}"#),
      params("name must be a string")),
  ]

  static let responses: [Row] = [
    Row("a result", #"{"jsonrpc":"2.0","id":1,"result":{}}"#, nil),
    Row("an error", #"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}"#, nil),
    Row("an error without an id", #"{"jsonrpc":"2.0","id":null,"error":{}}"#, nil),
    Row(
      "a result of another version of JSON-RPC", #"{"jsonrpc":"1.0","id":[],"result":null}"#, nil),
    Row(
      "a request that has a result, too", #"{"jsonrpc":"2.0","id":1,"method":"ping","result":1}"#,
      pong),
  ]

  static let levelRule =
    "io.modelcontextprotocol/logLevel must be one of debug, info, notice, warning, error, "
    + "critical, alert, emergency"
  static let infoRule =
    "io.modelcontextprotocol/clientInfo must be an object with name and version, strings"
  static let progressRule = "_meta.progressToken must be a string or an integer"

  static func level(_ value: String) -> String {
    modern("tools/call", #""name":"add","#, meta: #","io.modelcontextprotocol/logLevel":\#(value)"#)
  }
  static func info(_ value: String) -> String {
    modern(
      "tools/call", #""name":"add","#, meta: #","io.modelcontextprotocol/clientInfo":\#(value)"#)
  }
  static func progress(_ token: String) -> String {
    legacy("tools/list", #"{"_meta":{"progressToken":\#(token)}}"#)
  }

  static let badLevels: [Row] = ["5", "[]", "true", #""loud""#, #""Debug""#].map {
    Row("logLevel \($0)", level($0), params(levelRule))
  }
  static let goodLevels: [Row] = ["null", #""debug""#, #""emergency""#].map {
    Row("logLevel \($0) is one", level($0), "call add {}")
  }
  static let badInfos: [Row] = ["5", #""x""#, "{}", #"{"name":"x"}"#, #"{"name":"x","version":1}"#]
    .map { Row("clientInfo \($0)", info($0), params(infoRule)) }
  static let goodInfos: [Row] = ["null", #"{"name":"x","version":"1","title":5}"#].map {
    Row("clientInfo \($0) is one", info($0), "call add {}")
  }
  static let badTokens: [Row] = ["1.5", "{}", "[1]", "true"].map {
    Row("progressToken \($0)", .batches, progress($0), params(progressRule))
  }
  static let goodTokens: [Row] = ["1", "6e2", "5.0", #""x""#, "null", "9007199254740993000"].map {
    Row("progressToken \($0) is one", .batches, progress($0), list)
  }
  static let metaTypes: [Row] =
    badLevels + goodLevels + badInfos + goodInfos + badTokens + goodTokens + [
      Row(
        "a progressToken in the modern era", modern("tools/list", meta: #","progressToken":{}"#),
        params(progressRule))
    ]

  /// S9: a secret in place of a version is not echoed.
  static let secretVersions: [Row] = [
    "correct-horse-battery-staple", "2026-07-28-0-0-0", "2026-07-2x", "2026/07/28", "", "v", "1.",
    "-1", "12345678", "\u{661}.1",
  ].map {
    Row(
      "the version \($0)", .http(version: [$0]), legacy("tools/list"),
      unsupported("unknown", overHTTP))
  }
  static let shownVersions: [Row] = ["v999.0.0", "2024-11-05", "1.0"].map {
    Row("the version \($0)", .http(version: [$0]), legacy("tools/list"), unsupported($0, overHTTP))
  }
  /// The body negotiates the version. The header has no effect.
  static let handshakes: [Row] = [["2025-11-25"], ["2026-07-28"], ["1900-01-01"], ["x", "y"], []]
    .map {
      Row(
        "initialize under the header \($0)", .http(version: $0), initialize("2025-06-18"),
        agreed("2025-06-18"))
    }
  static let versions: [Row] =
    secretVersions + shownVersions + handshakes + [
      Row(
        "an unknown version over stdio",
        modern("tools/list").replacing("2026-07-28", with: "1900-01-01"),
        unsupported("1900-01-01", overStdio)),
      Row(
        "a version of the other era",
        modern("tools/list").replacing("2026-07-28", with: "2025-11-25"),
        unsupported("2025-11-25", overStdio)),
      Row(
        "an unknown version over HTTP",
        .http(version: ["1900-01-01"], method: ["tools/list"]),
        modern("tools/list").replacing("2026-07-28", with: "1900-01-01"),
        unsupported("1900-01-01", overHTTP)),
      Row(
        "an unknown version in the header alone", .http(version: ["2024-11-05"]),
        legacy("tools/list"), unsupported("2024-11-05", overHTTP)),
      Row(
        "two versions in the header", .http(version: ["2025-11-25", "2025-11-25"]),
        legacy("tools/list"), mismatch("MCP-Protocol-Version")),
      Row(
        "initialize with an unknown version", .http(version: ["1900-01-01"]),
        initialize("1900-01-01"), agreed("2025-11-25")),
      Row(
        "initialize with modern _meta", .modern("initialize"), modern("initialize"),
        error(-32601, "Method not found")),
    ]

  static let call = #"{"name":"add","arguments":{"a":1}}"#

  /// H36: in the handshake era these fields may be missing, but must not contradict the body.
  static let fields: [Row] = [
    Row("no fields", .http(), legacy("tools/call", call), #"call add {"a":1}"#),
    Row(
      "the right fields", .http(method: ["tools/call"], name: ["add"]), legacy("tools/call", call),
      #"call add {"a":1}"#),
    Row(
      "the name in Base64", .http(name: ["=?base64?YWRk?="]), legacy("tools/call", call),
      #"call add {"a":1}"#),
    Row(
      "another method", .http(version: ["2025-11-25"], method: ["tools/list"]),
      legacy("tools/call", call), mismatch("Mcp-Method")),
    Row(
      "a method twice", .http(method: ["tools/call", "tools/call"]), legacy("tools/call", call),
      mismatch("Mcp-Method")),
    Row(
      "another name", .http(version: ["2025-06-18"], method: ["tools/call"], name: ["power"]),
      legacy("tools/call", call), mismatch("Mcp-Name")),
    Row(
      "a name twice", .http(name: ["add", "add"]), legacy("tools/call", call), mismatch("Mcp-Name")),
    Row(
      "another method than initialize", .http(method: ["tools/call"]), initialize("2025-11-25"),
      mismatch("Mcp-Method")),
    Row(
      "another method than ping", .http(method: ["tools/call"]), legacy("ping"),
      mismatch("Mcp-Method")),
    Row(
      "no method in the modern era", .http(version: ["2026-07-28"]), modern("tools/list"),
      mismatch("Mcp-Method")),
    Row(
      "no name in the modern era", .modern("tools/call"), modern("tools/call", #""name":"add","#),
      mismatch("Mcp-Name")),
    Row(
      "no version in the modern era", .http(method: ["tools/list"]), modern("tools/list"),
      mismatch("MCP-Protocol-Version")),
    Row(
      "a version of the handshake era above a modern body",
      .http(version: ["2025-11-25"], method: ["tools/list"]), modern("tools/list"),
      mismatch("MCP-Protocol-Version")),
  ]

  // MARK: Methods

  static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"test","title":"Test","version":"1"}"#
  static let modernEnd = #""resultType":"complete","_meta":{\#(serverInfo)}}}"#
  static let modernList =
    #"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"ttlMs":300000,"cacheScope":"public","#
    + modernEnd
  static func discovery(_ versions: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":[\#(versions)],"#
      + #""capabilities":{"tools":{}},"instructions":"None.","ttlMs":300000,"cacheScope":"public","#
      + modernEnd
  }
  static let noSession = params(
    "send initialize first, or _meta with io.modelcontextprotocol/protocolVersion and "
      + "io.modelcontextprotocol/clientCapabilities")
  static let noVersion = params("_meta must have io.modelcontextprotocol/protocolVersion, a string")
  static let handshakeRule = params(
    "initialize takes protocolVersion (string), capabilities and clientInfo (objects)")

  /// Each method in each era, and the fields that its request needs.
  static let methods: [Row] =
    [
      Row("no JSON", "{", error(-32700, "Parse error: the message is not strict JSON", id: nil)),
      Row(
        "a name twice", #"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}"#,
        error(-32700, "Parse error: the message is not strict JSON", id: nil)),
      Row("a notification", notification, nil),
      Row("ping before the handshake", legacy("ping"), pong),
      Row("tools/list before the handshake", legacy("tools/list"), noSession),
      Row("tools/call before the handshake", legacy("tools/call", call), noSession),
      Row("tools/list after it", .agreed(.v2025_11_25), legacy("tools/list"), list),
      Row("tools/list of the modern era", modern("tools/list"), modernList),
      Row(
        "tools/list of the modern era after a handshake", .agreed(.v2025_11_25),
        modern("tools/list"), modernList),
      Row(
        "a cursor", .agreed(.v2025_11_25), legacy("tools/list", #"{"cursor":"a"}"#),
        params("unknown cursor")),
      Row(
        "tools/call of the modern era", modern("tools/call", #""name":"add","arguments":{"a":1},"#),
        #"call add {"a":1}"#),
      Row(
        "arguments that are an array", .batches,
        legacy("tools/call", #"{"name":"a","arguments":[]}"#),
        params("arguments must be an object")),
      Row("server/discover", modern("server/discover"), discovery(overStdio)),
      Row(
        "server/discover over HTTP", .modern("server/discover"), modern("server/discover"),
        discovery(overHTTP)),
      Row("server/discover without _meta", legacy("server/discover"), noVersion),
      Row(
        "server/discover after a handshake", .agreed(.v2025_11_25), legacy("server/discover"),
        error(-32601, "Method not found")),
      Row("ping of the modern era", modern("ping"), error(-32601, "Method not found")),
      Row(
        "an unknown method", .agreed(.v2025_11_25), legacy("x"), error(-32601, "Method not found")),
      Row(
        "a method with an accent", .agreed(.v2025_11_25), legacy("tools/list\u{301}"),
        error(-32601, "Method not found")),
      Row(
        "_meta that is no object", legacy("tools/list", #"{"_meta":[]}"#),
        params("_meta must be an object")),
      Row(
        "a version that is a number",
        legacy("tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":1}}"#), noVersion
      ),
      Row(
        "capabilities without a version",
        legacy("tools/list", #"{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}"#),
        noVersion),
      Row(
        "a version without capabilities",
        legacy(
          "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#),
        params("_meta must have io.modelcontextprotocol/clientCapabilities, an object")),
      Row(
        "initialize without a version",
        legacy("initialize", #"{"capabilities":{},"clientInfo":{}}"#), handshakeRule),
      Row(
        "initialize without capabilities",
        legacy("initialize", #"{"protocolVersion":"2025-11-25","clientInfo":{}}"#), handshakeRule),
      Row(
        "initialize without clientInfo",
        legacy("initialize", #"{"protocolVersion":"2025-11-25","capabilities":{}}"#), handshakeRule),
    ]
    + ProtocolVersion.legacy.map {
      Row("initialize with \($0.rawValue)", initialize($0.rawValue), agreed($0.rawValue))
    }
    // The newest revision of this server (2025-11-25 lifecycle, "Version Negotiation").
    + ["2024-11-05", "1900-01-01", "2026-07-28"].map {
      Row("initialize with \($0) over HTTP", .http(), initialize($0), agreed("2025-11-25"))
    }

  static func batch(_ messages: String...) -> String { "[" + messages.joined(separator: ",") + "]" }
  static func many(_ count: Int) -> String {
    "[" + Array(repeating: legacy("ping"), count: count).joined(separator: ",") + "]"
  }
  static let notification = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
  static let size = invalid("a batch has 1 to 50 messages", id: nil)
  static let alone = invalid("a batch takes neither initialize nor requests of another revision")

  static let otherRevisions: [Row] =
    ProtocolVersion.legacy.filter { $0 != .v2025_03_26 }.map {
      Row("a batch under \($0.rawValue)", .agreed($0), batch(legacy("ping")), noObject)
    }
    + ["2026-07-28", "2025-11-25", "2025-06-18", "x"].map {
      Row("a batch over HTTP under \($0)", .http(version: [$0]), batch(legacy("ping")), noObject)
    }

  /// S12; MCP 2025-03-26 basic/index, "Batching".
  static let batches: [Row] =
    otherRevisions + [
      Row(
        "a batch", .batches,
        batch(legacy("ping"), notification, legacy("tools/call", call), legacy("tools/list")),
        #"[\#(pong),call add {"a":1},\#(list)]"#),
      Row("a batch of one", .batches, batch(legacy("ping")), "[\(pong)]"),
      Row("a batch over HTTP without a version", .http(), batch(legacy("ping")), "[\(pong)]"),
      Row(
        "a batch over HTTP", .http(version: ["2025-03-26"]), batch(legacy("ping")), "[\(pong)]"),
      Row("notifications alone", .batches, batch(notification, notification), nil),
      Row("responses alone", .batches, batch(#"{"jsonrpc":"2.0","id":1,"result":{}}"#), nil),
      Row("nothing in it", .batches, "[]", size),
      Row(
        "50 messages", .batches, many(50),
        "[" + Array(repeating: pong, count: 50).joined(separator: ",") + "]"),
      Row("51 messages", .batches, many(51), size),
      Row(
        "what is no message", .batches,
        batch("1", "[]", legacy("ping"), #"{"jsonrpc":"2.0","id":1}"#),
        "[\(noObject),\(noObject),\(pong),\(invalid("method must be a string"))]"),
      Row("a batch in a batch", .batches, batch(batch(legacy("ping"))), "[\(noObject)]"),
      Row(
        "initialize inside", .batches, batch(initialize("2025-11-25"), legacy("ping")),
        "[\(alone),\(pong)]"),
      Row("a modern request inside", .batches, batch(modern("tools/list")), "[\(alone)]"),
      Row(
        "a name unlike the header's", .http(name: ["add"]),
        batch(
          legacy("tools/call", call), legacy("tools/call", #"{"name":"power"}"#)),
        #"[call add {"a":1},\#(mismatch("Mcp-Name"))]"#),
      Row("before the handshake", .new, batch(legacy("ping")), noObject),
    ]

  @Test(
    arguments: ids + absences + responses + metaTypes + versions + fields + methods + batches)
  func answers(_ row: Row) {
    var session = row.before.session
    #expect(Self.receive(row.message, in: &session) == row.outcome)
  }

  /// MCP 2025-03-26 basic/lifecycle: a batch never negotiates a version.
  @Test func aBatchChangesNoSession() {
    var session = Before.batches.session
    _ = Self.receive(Self.batch(Self.initialize("2025-11-25")), in: &session)
    #expect(session.legacyVersion == .v2025_03_26)
    #expect(Self.receive(Self.batch(Self.legacy("ping")), in: &session) == "[\(Self.pong)]")
  }

  /// A handshake can select 2025-03-26, and a later one another revision.
  @Test func theHandshakeTurnsBatchesOnAndOff() {
    var session = Session()
    let ping = Self.batch(Self.legacy("ping"))
    #expect(
      Self.receive(Self.initialize("2025-03-26"), in: &session) == Self.agreed("2025-03-26"))
    #expect(Self.receive(ping, in: &session) == "[\(Self.pong)]")
    #expect(
      Self.receive(Self.initialize("2025-06-18"), in: &session) == Self.agreed("2025-06-18"))
    #expect(Self.receive(ping, in: &session) == Self.noObject)
  }

  /// The reply to a call is in the era of the call.
  @Test(arguments: [
    (
      modern("tools/call", #""name":"add","#), #","resultType":"complete","_meta":{\#(serverInfo)}"#
    ),
    (legacy("tools/call", #"{"name":"add"}"#), ""),
  ])
  func repliesInTheEraOfTheCall(_ message: String, _ end: String) throws {
    var session = Before.agreed(.v2025_11_25).session
    let received = Self.server.receive(Array(message.utf8), in: &session)
    guard case .message(.call(let call)) = received else {
      Issue.record("the message is no call")
      return
    }
    let result = ToolResult.success("3", structured: JSONObject())
    #expect(
      String(decoding: Self.server.reply(to: call, with: result).serialized(), as: UTF8.self)
        == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"3"}],"#
        + #""isError":false,"structuredContent":{}\#(end)}}"#)
    #expect(
      String(
        decoding: Reply.error(call.id, MCPServer.unknownTool).serialized(), as: UTF8.self)
        == Self.params("unknown tool; tools/list names them all"))
  }

  private static func receive(_ message: String, in session: inout Session) -> String? {
    switch server.receive(Array(message.utf8), in: &session) {
    case .message(let outcome): return text(outcome)
    case .batch(let outcomes):
      let texts = outcomes.compactMap(text)
      return texts.isEmpty ? nil : "[" + texts.joined(separator: ",") + "]"
    }
  }

  private static func text(_ outcome: MCPServer.Outcome) -> String? {
    switch outcome {
    case .silence: nil
    case .reply(let reply): String(decoding: reply.serialized(), as: UTF8.self)
    case .call(let call):
      "call \(call.tool) "
        + String(decoding: JSONValue.object(call.arguments).serialized(), as: UTF8.self)
    }
  }
}
