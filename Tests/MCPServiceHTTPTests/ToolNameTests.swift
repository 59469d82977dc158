import TestHarness
import Testing

struct ToolNameTests {
  /// ATTACKS H34: as over stdio, tools and arguments are found by the bytes of their names.
  @Test(arguments: [
    ("K", "K", #""text":"called""#), ("K", Spelling.kelvin, "K takes K; remove every other"),
    (Spelling.kelvin, "K", #""code":-32602"#),
  ])
  func findsNamesByTheirBytes(_ tool: String, _ argument: String, _ expected: String) throws {
    let server = try HTTPHarness(offering: Spelling.server)
    let fields = [
      HTTPPipelineTests.host, HTTPPipelineTests.json, HTTPPipelineTests.key,
      ("MCP-Protocol-Version", "2025-11-25"),
    ]
    let params = #"{"name":"\#(tool)","arguments":{"\#(argument)":1}}"#
    let response = server.send(fields: fields, body: Wire.legacy("tools/call", params: params))
    #expect(response.text.contains(expected), "\(response.text)")
  }
}
