import Foundation
import Testing
import TestSupport
import TestHarness

/// Every body that the server sends over HTTP is valid under the JSON Schema of its revision,
/// except for the id `null` of an error that is sent before the body is read (JSON-RPC 2.0 §5).
@Suite(
  .enabled(if: Vectors.areThere, "\(Vectors.hint)"), .enabled(if: Python.areThere, "\(Python.hint)")
)
struct HTTPSchemaTests {
  /// The requests that are refused before the body is read.
  static let refusals: [(status: Int, request: String)] = [
    (401, HTTPProcess.request(fields: [])),
    (
      400,
      HTTPProcess.request(fields: ["X-API-Key: \(HTTPProcess.key)", "Authorization: Bearer x"])
    ),
    (403, HTTPProcess.request(host: "calculator.evil")),
    (403, HTTPProcess.request(fields: ["X-API-Key: \(HTTPProcess.key)", "Origin: null"])),
    (404, HTTPProcess.request().replacing("POST /mcp ", with: "POST /other ")),
    (405, HTTPProcess.request().replacing("POST ", with: "PUT ")),
    (406, HTTPProcess.request().replacing("application/json, text", with: "text")),
    (
      415,
      HTTPProcess.request().replacing("Type: application/json", with: "Type: text/plain")
    ),
    (413, HTTPProcess.request().replacing("Content-Length: ", with: "Content-Length: 9999999")),
    (431, HTTPProcess.request(fields: ["X: " + String(repeating: "x", count: 20_000)])),
    (400, "POST /mcp HTTP/1.1\r\nHost : localhost\r\n\r\n"),
  ]

  @Test func everyAnswerIsValid() throws {
    var lines: [String] = []
    func check(_ revision: String, _ definition: String, _ body: String) {
      lines.append(
        #"{"revision":"\#(revision)","definition":"\#(definition)","message":\#(body)}"#)
    }
    let made = try HTTPProcess.newKey("lesser", role: "basic")
    let folder = try TemporaryFolder()
    let file = try folder.write("credentials", #"{"keys":[\#(made.line)]}"#)
    let server = try HTTPProcess(["CALCULATOR_CREDENTIALS": file])

    for (status, request) in Self.refusals {
      let socket = try HTTPSocket(port: server.port)
      socket.send(request)
      let response = try #require(try socket.response())
      #expect(response.status == status, "\(request.prefix(300))")
      let start = #"{"jsonrpc":"2.0","id":null,"error":{"#
      #expect(response.body.hasPrefix(start), "\(response.body)")
      check(
        "2026-07-28", "JSONRPCErrorResponse",
        response.body.replacing(start, with: start.replacing(#""id":null,"#, with: "")))
    }

    func post(_ body: String, _ fields: [String], key: String = HTTPProcess.key) throws
      -> HTTPSocket.Response
    {
      let socket = try HTTPSocket(port: server.port)
      let head = [
        "POST /mcp HTTP/1.1", "Host: localhost", "X-API-Key: \(key)",
        "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
      ]
      socket.send((head + fields).joined(separator: "\r\n") + "\r\n\r\n" + body)
      return try #require(try socket.response())
    }
    func modern(_ body: String) -> [String] {
      func member(_ name: Regex<(Substring, Substring)>) -> String {
        body.firstMatch(of: name).map { String($0.1) } ?? ""
      }
      let method = member(/"method":"([^"]*)"/)
      let name = member(/"name":"([^"]*)"/)
      return ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)", "Mcp-Name: \(name)"]
    }
    let discover = Wire.modern("server/discover")
    check("2026-07-28", "DiscoverResult", try post(discover, modern(discover)).body)
    for (definition, request) in SchemaTests.requests(modern: true) {
      let request = request.replacing(SchemaTests.token, with: "")
        .replacing(",}", with: "}")
      check("2026-07-28", definition, try post(request, modern(request)).body)
    }
    let power = Wire.call("power", #""a":2,"b":3"#)
    let forbidden = try post(power, modern(power), key: made.key)
    #expect(forbidden.status == 403)
    check("2026-07-28", "JSONRPCErrorResponse", forbidden.body)
    check("2026-07-28", "HeaderMismatchError", try post(discover, modern(power)).body)
    let unknown = Wire.modern("tools/list").replacing("2026-07-28", with: "1900-01-01")
    check(
      "2026-07-28", "UnsupportedProtocolVersionError",
      try post(unknown, ["MCP-Protocol-Version: 1900-01-01", "Mcp-Method: tools/list"]).body)

    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
      let initialize = Wire.legacy(
        "initialize",
        params:
          #"{"protocolVersion":"\#(revision)","capabilities":{},"clientInfo":{"name":"x","version":"1"}}"#
      )
      check(revision, "InitializeResult", try post(initialize, []).body)
      let version = ["MCP-Protocol-Version: \(revision)"]
      check(revision, "EmptyResult", try post(Wire.legacy("ping"), version).body)
      for (definition, request) in SchemaTests.requests(modern: false) {
        let request = request.replacing(SchemaTests.token, with: "")
          .replacing(",}", with: "}")
        check(revision, definition, try post(request, version).body)
      }
      // Replies that a client of the handshake era cannot read with status 403 or 429.
      let power = Wire.legacy(
        "tools/call", params: #"{"name":"power","arguments":{"a":2,"b":3}}"#)
      let forbidden = try post(power, version, key: made.key)
      #expect(forbidden.status == 200)
      check(revision, "CallToolResult", forbidden.body)
    }
    let batch = "[\(Wire.legacy("ping")),\(Wire.legacy("tools/list")),\(Wire.legacy("x"))]"
    check("2025-03-26", "JSONRPCMessage", try post(batch, []).body)
    try SchemaTests.validate(lines)
  }
}
