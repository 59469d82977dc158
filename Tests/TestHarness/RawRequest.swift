import MCPService

/// The bytes of an HTTP request, of which a test changes one part.
package struct RawRequest: Sendable {
  package var line = "POST /mcp HTTP/1.1"
  /// Whole field lines, without their end.
  package var fields: [String]
  package var body: String

  package init(line: String = "POST /mcp HTTP/1.1", fields: [String], body: String = "") {
    (self.line, self.fields, self.body) = (line, fields, body)
  }

  /// A modern call with a key.
  package static func call(
    _ tool: String = "add", _ arguments: String = #""a":0.1,"b":0.2"#, id: String = "1"
  ) -> RawRequest {
    let body = Wire.call(tool, id: id, arguments)
    return RawRequest(
      fields: [
        "Host: 127.0.0.1:8080", "Content-Type: application/json", "X-API-Key: \(HTTPHarness.key)",
        "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: \(tool)",
        "Content-Length: \(body.utf8.count)",
      ], body: body)
  }

  /// Its reply.
  package static let sum = HTTPWire.reply("200 OK", result("0.3"))

  package static func result(_ number: String, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(number)"}],"isError":false,"#
      + #""structuredContent":{"result":\#(number)},"resultType":"complete","_meta":{\#(HTTPHarness.serverInfo)}}}"#
  }

  package var text: String { ([line] + fields + ["", body]).joined(separator: "\r\n") }

  /// A copy with `lines` in place of the field of this name.
  package func with(_ name: String, _ lines: String...) -> RawRequest {
    var request = self
    let place = fields.firstIndex { $0.hasPrefix(name + ":") } ?? fields.count
    request.fields.removeAll { $0.hasPrefix(name + ":") }
    request.fields.insert(contentsOf: lines, at: min(place, request.fields.count))
    return request
  }

  package func with(line: String) -> RawRequest {
    var request = self
    request.line = line
    return request
  }

  /// A copy with this body and its length.
  package func with(body: String) -> RawRequest {
    var request = with("Content-Length", "Content-Length: \(body.utf8.count)")
    request.body = body
    return request
  }

  /// A copy with exactly this body, in chunks or in bytes that look like chunks.
  package func chunked(_ body: String) -> RawRequest {
    var request = with("Content-Length", "Transfer-Encoding: chunked")
    request.body = body
    return request
  }

  /// A copy with this credential instead of the key.
  package func showing(_ lines: String...) -> RawRequest {
    var request = with("X-API-Key")
    request.fields.insert(contentsOf: lines, at: 2)
    return request
  }

  /// A copy that closes its connection.
  package var last: RawRequest { with("Connection", "Connection: close") }
}
