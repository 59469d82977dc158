import JSON
import Testing

@testable import MCP

/// H27, H36: the rules of `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` (MCP 2026-07-28
/// basic/transports/streamable-http, "Server Validation").
struct RequestHeadersTests {
  // MARK: The version

  /// The values of the field, and the revision or the error.
  static let versions: [(values: [String], reading: String)] = [
    ([], "2025-03-26"), (["2026-07-28"], "2026-07-28"), (["2025-11-25"], "2025-11-25"),
    (["2025-06-18"], "2025-06-18"), (["2025-03-26"], "2025-03-26"),
    // This revision has no Streamable HTTP.
    (["2024-11-05"], "unsupported"),
    ([""], "unsupported"), (["2025-11-25 "], "unsupported"), (["2025-11-2"], "unsupported"),
    (["2025-11-25, 2025-11-25"], "unsupported"), (["\u{FF12}025-11-25"], "unsupported"),
    (["2025-11-25\u{301}"], "unsupported"),
    (["2025-11-25", "2025-11-25"], "MCP-Protocol-Version"),
    (["2025-11-25", "2026-07-28"], "MCP-Protocol-Version"), (["", ""], "MCP-Protocol-Version"),
  ]

  @Test(arguments: versions)
  func readsTheVersion(_ values: [String], _ reading: String) {
    let fields = RequestHeaders(versions: values, methods: [], names: [])
    #expect(Self.reading { () throws(RPCError) in try fields.version.rawValue } == reading)
  }

  static let eras: [(values: [String], isModern: Bool)] = [
    ([], false), (["2025-11-25"], false), (["2026-07-28"], true), (["2026-07-28 "], false),
    (["2025-11-25", "2026-07-28"], true), (["2026-07-29"], false),
  ]

  @Test(arguments: eras)
  func knowsTheEra(_ values: [String], _ isModern: Bool) {
    #expect(RequestHeaders(versions: values, methods: [], names: []).areModern == isModern)
  }

  // MARK: The body

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The values of the three fields.
    let versions: [String]
    let methods: [String]
    let names: [String]
    /// The version in the body; `nil` for a request of the handshake era.
    let version: String?
    let method: String
    let params: String
    /// The field that contradicts the body.
    let contradiction: String?

    init(
      _ name: String, _ versions: [String], _ methods: [String], _ names: [String] = [],
      body version: String?, _ method: String, _ params: String = "{}",
      contradicts contradiction: String? = nil
    ) {
      testDescription = name
      (self.versions, self.methods, self.names) = (versions, methods, names)
      (self.version, self.method, self.params) = (version, method, params)
      self.contradiction = contradiction
    }
  }

  static let modern = "2026-07-28"
  static let add = #"{"name":"add"}"#

  static let modernRows: [Row] = [
    Row("all three", [modern], ["tools/call"], ["add"], body: modern, "tools/call", add),
    Row("no name to mirror", [modern], ["tools/list"], body: modern, "tools/list"),
    Row("no fields", [], [], body: modern, "tools/list", contradicts: "MCP-Protocol-Version"),
    Row(
      "another version", ["2025-11-25"], ["tools/list"], body: modern, "tools/list",
      contradicts: "MCP-Protocol-Version"),
    Row(
      "the version twice", [modern, modern], ["tools/list"], body: modern, "tools/list",
      contradicts: "MCP-Protocol-Version"),
    Row("no method", [modern], [], body: modern, "tools/list", contradicts: "Mcp-Method"),
    Row(
      "another method", [modern], ["tools/call"], ["add"], body: modern, "tools/list",
      contradicts: "Mcp-Method"),
    Row(
      "a method in capitals", [modern], ["TOOLS/LIST"], body: modern, "tools/list",
      contradicts: "Mcp-Method"),
    Row(
      "a method with an accent", [modern], ["tools/list\u{301}"], body: modern, "tools/list",
      contradicts: "Mcp-Method"),
    Row(
      "a method twice", [modern], ["tools/list", "tools/list"], body: modern, "tools/list",
      contradicts: "Mcp-Method"),
    Row(
      "no name", [modern], ["tools/call"], body: modern, "tools/call", add, contradicts: "Mcp-Name"),
    Row(
      "a name twice", [modern], ["tools/call"], ["add", "add"], body: modern, "tools/call", add,
      contradicts: "Mcp-Name"),
  ]

  /// Fields may be missing, but must not contradict the body.
  static let handshakeRows: [Row] = [
    Row("no fields", [], [], body: nil, "tools/call", add),
    Row("the right method", ["2025-11-25"], ["tools/call"], body: nil, "tools/call", add),
    Row("the right name", [], [], ["add"], body: nil, "tools/call", add),
    Row(
      "another method", [], ["tools/list"], body: nil, "tools/call", add, contradicts: "Mcp-Method"),
    Row("an empty method", [], [""], body: nil, "tools/call", add, contradicts: "Mcp-Method"),
    Row("another name", [], [], ["power"], body: nil, "tools/call", add, contradicts: "Mcp-Name"),
    Row(
      "a name twice", [], [], ["add", "add"], body: nil, "tools/call", add, contradicts: "Mcp-Name"),
  ]

  /// A row with a value of `Mcp-Name` and a modern body.
  static func named(
    _ value: String, _ method: String, _ params: String, isMirror: Bool
  ) -> Row {
    Row(
      "the name \(value) for \(method) \(params)", [modern], [method], [value], body: modern,
      method, params, contradicts: isMirror ? nil : "Mcp-Name")
  }

  /// "Standard Request Headers", "Value Encoding": plain, or as Base64 in the sentinel.
  static let names: [Row] = [
    named("add", "tools/call", add, isMirror: true),
    named("Add", "tools/call", add, isMirror: false),
    named("add ", "tools/call", add, isMirror: false),
    named("add\u{301}", "tools/call", add, isMirror: false),
    named("=?base64?YWRk?=", "tools/call", add, isMirror: true),
    named("=?base64?YWRL?=", "tools/call", add, isMirror: false),
    named("=?base64?YWRk", "tools/call", add, isMirror: false),
    named("=?BASE64?YWRk?=", "tools/call", add, isMirror: false),
    named("=?base64??=", "tools/call", add, isMirror: false),
    named("=?base64??=", "tools/call", #"{"name":""}"#, isMirror: true),
    named("", "tools/call", #"{"name":""}"#, isMirror: true),
    // A name has one encoding: without white space, with its padding, and without unused bits.
    named("=?base64?YQ==?=", "tools/call", #"{"name":"a"}"#, isMirror: true),
    named("=?base64?YQ?=", "tools/call", #"{"name":"a"}"#, isMirror: false),
    named("=?base64?YR==?=", "tools/call", #"{"name":"a"}"#, isMirror: false),
    named("=?base64? YQ==?=", "tools/call", #"{"name":"a"}"#, isMirror: false),
    // The alphabet of RFC 4648 §4, not that of §5.
    named("=?base64?Pz8/?=", "tools/call", #"{"name":"???"}"#, isMirror: true),
    named("=?base64?Pz8_?=", "tools/call", #"{"name":"???"}"#, isMirror: false),
    named("=?base64?w6k=?=", "tools/call", #"{"name":"é"}"#, isMirror: true),
    named("=?base64?w6k=?=", "tools/call", #"{"name":"e\u0301"}"#, isMirror: false),
    named("é", "tools/call", #"{"name":"e\u0301"}"#, isMirror: false),
    // A name that has the form of the sentinel is treated as the sentinel.
    named("=?base64?YWRk?=", "tools/call", #"{"name":"=?base64?YWRk?="}"#, isMirror: false),
    // Each method has its own parameter for `Mcp-Name`.
    named("p", "prompts/get", #"{"name":"p"}"#, isMirror: true),
    named("q", "prompts/get", #"{"name":"p"}"#, isMirror: false),
    named("file:///a", "resources/read", #"{"uri":"file:///a","name":"b"}"#, isMirror: true),
    named("b", "resources/read", #"{"uri":"file:///a","name":"b"}"#, isMirror: false),
    // If the body has no name, the error of the body is more helpful.
    named("add", "tools/list", add, isMirror: true),
    named("add", "tools/call", "{}", isMirror: true),
    named("add", "tools/call", #"{"name":5}"#, isMirror: true),
  ]

  @Test(arguments: modernRows + handshakeRows + names)
  func checksTheBody(_ row: Row) throws {
    let fields = RequestHeaders(versions: row.versions, methods: row.methods, names: row.names)
    let params = try #require(JSONParser.parse(Array(row.params.utf8)).object)
    let reading = Self.reading { () throws(RPCError) in
      try fields.check(version: row.version, method: row.method, params: params)
      return "nothing"
    }
    #expect(reading == row.contradiction ?? "nothing")
  }

  /// The field that an error names, or what `body` returns.
  private static func reading(_ body: () throws(RPCError) -> String) -> String {
    do throws(RPCError) { return try body() } catch {
      switch error {
      case .unsupportedProtocolVersion(_, let supported):
        return supported == ProtocolVersion.overHTTP ? "unsupported" : "\(supported)"
      case .headerMismatch(let reason):
        let rule = " must be there once and say what the body says"
        return reason.hasSuffix(rule) ? String(reason.dropLast(rule.count)) : reason
      default: return "\(error)"
      }
    }
  }
}
