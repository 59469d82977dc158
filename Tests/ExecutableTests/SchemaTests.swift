import Foundation
import Testing
import TestSupport
import TestHarness

/// Every reply is valid under the JSON Schema of its revision.
@Suite(
  .enabled(if: Vectors.areThere, "\(Vectors.hint)"), .enabled(if: Python.areThere, "\(Python.hint)")
)
struct SchemaTests {
  static let token = #""auth_token":"\#(StdioHarness.key)""#

  /// Requests with the schema definition of their reply.
  static func requests(modern: Bool) -> [(definition: String, request: String)] {
    func request(_ method: String, _ params: String) -> String {
      modern
        ? Wire.modern(method, params: params.isEmpty ? "" : params + ",")
        : Wire.legacy(method, params: "{\(params)}")
    }
    func call(_ tool: String, _ arguments: String) -> String {
      request("tools/call", #""name":"\#(tool)","arguments":{\#(arguments)}"#)
    }
    let error = modern ? "JSONRPCErrorResponse" : "JSONRPCMessage"
    return [
      ("ListToolsResult", request("tools/list", "")),
      ("CallToolResult", call("add", #""a":0.1,"b":0.2,\#(token)"#)),
      ("CallToolResult", call("power", #""a":10,"b":300,\#(token)"#)),
      ("CallToolResult", call("square_root", #""a":2,\#(token)"#)),
      ("CallToolResult", call("divide", #""a":1,"b":0,\#(token)"#)),
      ("CallToolResult", call("add", #""a":1,\#(token)"#)),
      ("CallToolResult", call("add", #""a":1,"b":2"#)),
      (error, call("sum", token)),
      (error, request("tools/list", #""cursor":"x""#)),
      (error, request("resources/list", "")),
      (error, request("tools/call", "")),
      (error, Wire.legacy("ping", params: "[]")),
      (error, #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#),
    ]
  }

  @Test func everyReplyIsValid() throws {
    var lines: [String] = []
    func check(_ revision: String, _ definition: String, _ reply: String?) {
      lines.append(
        #"{"revision":"\#(revision)","definition":"\#(definition)","message":\#(reply ?? "null")}"#)
    }

    let modern = try StdioHarness()
    check("2026-07-28", "DiscoverResult", modern.send(Wire.modern("server/discover")))
    check(
      "2026-07-28", "UnsupportedProtocolVersionError",
      modern.send(Wire.modern("tools/list").replacing("2026-07-28", with: "1900-01-01")))
    for (definition, request) in Self.requests(modern: true) {
      check("2026-07-28", definition, modern.send(request))
    }
    // If the identifier could not be read, the reply has none. Revisions before 2025-11-25 do not
    // allow that message.
    for revision in ["2026-07-28", "2025-11-25"] {
      check(revision, "JSONRPCErrorResponse", modern.send("rubbish"))
      check(revision, "JSONRPCErrorResponse", modern.send(Wire.legacy("ping", id: "null")))
    }
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] {
      let legacy = try StdioHarness()
      check(revision, "InitializeResult", legacy.initialize(revision))
      check(revision, "EmptyResult", legacy.send(Wire.legacy("ping")))
      for (definition, request) in Self.requests(modern: false) {
        check(revision, definition, legacy.send(request))
      }
    }
    let batching = try StdioHarness()
    _ = batching.initialize("2025-03-26")
    let batch = Self.requests(modern: false).map(\.request).joined(separator: ",")
    check("2025-03-26", "JSONRPCMessage", batching.send("[\(batch)]"))
    try Self.validate(lines)
  }

  /// The replies of the token tools, in both eras.
  @Test func everyReplyAboutTokensIsValid() throws {
    var lines: [String] = []
    for revision in ["2026-07-28", "2025-11-25"] {
      let server = try JWTHarness()
      if revision != "2026-07-28" { _ = server.initialize(revision) }
      let pair = try server.call("generate_token", #""user_id":"anshika""#)
      let token = #""jwt_token":"\#(pair.access)""#
      for (tool, arguments) in [
        ("generate_token", #""user_id":"anshika","permissions":[]"#), ("generate_token", ""),
        ("whoami", token), ("whoami", ""), ("power", #""a":2,"b":10,\#(token)"#),
        ("refresh_token", #""refresh_token":"\#(pair.refresh)""#),
        ("refresh_token", #""refresh_token":"\#(pair.refresh)""#),
        ("revoke_token", #""token":"x",\#(token)"#),
      ] {
        let request =
          revision == "2026-07-28"
          ? Wire.call(tool, arguments)
          : Wire.legacy("tools/call", params: #"{"name":"\#(tool)","arguments":{\#(arguments)}}"#)
        let reply = try #require(server.send(request))
        lines.append(
          #"{"revision":"\#(revision)","definition":"CallToolResult","message":\#(reply)}"#)
      }
      let list = try #require(
        server.send(
          revision == "2026-07-28" ? Wire.modern("tools/list") : Wire.legacy("tools/list")))
      lines.append(
        #"{"revision":"\#(revision)","definition":"ListToolsResult","message":\#(list)}"#)
    }
    try Self.validate(lines)
  }

  /// The schemas of the tools are valid, and structured results match them.
  @Test func everyToolKeepsItsSchema() throws {
    struct List: Decodable {
      struct Result: Decodable { let tools: [Tool] }
      struct Tool: Decodable { let name: String }
      let result: Result
    }
    let server = try StdioHarness()
    let list = try #require(server.send(Wire.modern("tools/list")))
    let tools = try JSONDecoder().decode(List.self, from: Data(list.utf8)).result.tools
    #expect(tools.count == 7)
    var lines: [String] = []
    for tool in tools {
      let input = try #require(try schema("inputSchema", of: tool.name, in: list))
      let output = try #require(try schema("outputSchema", of: tool.name, in: list))
      let arguments =
        tool.name == "square_root" ? #""a":2,\#(Self.token)"# : #""a":2,"b":3,\#(Self.token)"#
      let reply = try #require(server.send(Wire.call(tool.name, arguments)))
      let structured = try #require(reply.firstMatch(of: /"structuredContent":(\{[^}]*\})/)).1
      lines.append(#"{"schema":\#(input),"instance":{\#(arguments)}}"#)
      lines.append(#"{"schema":\#(output),"instance":\#(structured)}"#)
    }
    try Self.validate(lines)
  }

  private func schema(_ kind: String, of tool: String, in list: String) throws -> String? {
    let all = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [String: Any]
    let tools = (all?["result"] as? [String: Any])?["tools"] as? [[String: Any]]
    guard let schema = tools?.first(where: { $0["name"] as? String == tool })?[kind] else {
      return nil
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: schema), as: UTF8.self)
  }

  static func validate(_ lines: [String]) throws {
    let schemas = try #require(Vectors.directory).appending(path: "mcp-schema").path
    let (status, output) = try Python.run(
      "validate.py", in: "modern", arguments: [schemas],
      input: Data(lines.joined(separator: "\n").utf8))
    #expect(status == 0)
    #expect(String(decoding: output, as: UTF8.self) == "\(lines.count) valid, 0 invalid\n")
  }
}
