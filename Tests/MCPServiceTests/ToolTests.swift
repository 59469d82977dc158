import Testing
import TestHarness

struct ToolTests {
  /// ATTACKS H34: tools and arguments are found by the bytes of their names. A gateway that filters
  /// the calls of K does not see another spelling.
  @Test(arguments: [
    ("K", "K", #""text":"called""#), ("K", Spelling.kelvin, "K takes K, and auth_token for"),
    (Spelling.kelvin, "K", #""code":-32602"#),
  ])
  func findsNamesByTheirBytes(_ tool: String, _ argument: String, _ expected: String) throws {
    let server = try StdioHarness(offering: Spelling.server)
    let reply = try #require(
      server.send(Wire.call(tool, #""\#(argument)":1,"auth_token":"\#(StdioHarness.key)""#)))
    #expect(reply.contains(expected), "\(reply)")
  }
}
