import Auth
import JSON
import MCP
import Support
import TestHarness
import Testing

@testable import MCPService

/// What a tool learns of its call over HTTP, and what it adds to the audit line.
struct CallContextTests {
  private static func definition(_ name: String) -> ToolDefinition {
    ToolDefinition(
      name: name, title: name, description: name, arguments: [("job", ["type": "string"])],
      required: [], result: [], isReadOnly: true, isIdempotent: true)
  }

  private static let server = ServerDefinition(
    name: "Fields",
    info: ServerInfo(name: "fields", title: "Fields", version: "1", instructions: ""),
    tools: [
      Tool(definition("read"), needs: nil, reading: ["X-Jira-Token"]) {
        (_, context) throws(ToolFailure) in
        context.note("upstream", "jira")
        let values = context.values(of: "X-Jira-Token").map(\.exposed)
        return .success(
          "\(context.identity.subject.text) \(values)", structured: JSONObject())
      },
      Tool(definition("fail"), needs: nil, reading: []) { (_, context) throws(ToolFailure) in
        context.note("upstream", "jenkins")
        throw ToolFailure(sentence: "No.")
      },
      Tool(
        definition("trigger"), needs: nil, reading: [],
        object: Tool.Object(argument: "job", needsAuthority: true)
      ) { (_, _) throws(ToolFailure) in .success("started", structured: JSONObject()) },
    ],
    example: ServerDefinition.Example(prompt: "read", tool: "read", arguments: "{}"))

  private static func call(_ tool: String, _ more: [(String, String)]) throws -> (String, [String])
  {
    let harness = try HTTPHarness(offering: server)
    let fields = [
      HTTPPipelineTests.host, HTTPPipelineTests.json, HTTPPipelineTests.key,
      ("MCP-Protocol-Version", "2025-11-25"),
    ]
    let params = #"{"name":"\#(tool)","arguments":{}}"#
    let response = harness.send(
      fields: fields + more, body: Wire.legacy("tools/call", params: params))
    return (response.text, harness.takeLog())
  }

  /// ATTACKS O154
  @Test(arguments: [
    ([], "[]"), ([("X-Jira-Token", "a")], #"[\"a\"]"#), ([("x-jira-token", "a")], #"[\"a\"]"#),
    ([("X-Jira-Token", "a"), ("X-Jira-Token", "b")], #"[\"a\", \"b\"]"#),
    ([("X-Jira-Token", "")], #"[\"\"]"#), ([("X-Jenkins-Token", "a")], "[]"),
  ])
  func aToolReadsTheFieldThatItDeclared(_ fields: [(String, String)], _ values: String) throws {
    let (text, log) = try Self.call("read", fields)
    #expect(text.contains(#""text":"key-1 \#(values)""#), "\(text)")
    #expect(log.last?.contains(#""outcome":"accepted","upstream":"jira"}"#) == true)
    #expect(log.count == 1)
  }

  /// The caller's own credential is never passed on (MCP 2026-07-28 basic/authorization, "Access Token
  /// Privilege Restriction").
  /// ATTACKS O154
  @Test(arguments: [
    ("Authorization", false), ("authorization", false), ("COOKIE", false), ("X-API-Key", false),
    ("Proxy-Authorization", false), ("X-Jira-Token", true),
  ])
  func noToolReadsTheCredentialForThisServer(_ field: String, _ isAllowed: Bool) {
    #expect(Tool.mayRead([field]) == isAllowed)
    #expect(Tool.mayRead(["X-Jira-Token", field]) == isAllowed)
  }

  @Test func theAuditLineOfAFailureHasTheNotesToo() throws {
    let (text, log) = try Self.call("fail", [])
    #expect(text.contains(#""text":"No.""#))
    #expect(log.last?.contains(#""upstream":"jenkins""#) == true)
  }

  /// ATTACKS O156
  @Test func aToolThatNeedsAnAuthorityIsDeniedWithoutOne() throws {
    let (text, log) = try Self.call("trigger", [])
    #expect(text.contains("The authority of this server does not allow this call"))
    #expect(log.last?.contains(#""outcome":"denied","reason":"no_authority""#) == true)
  }

  /// ASVS 15.2.2
  @Test func theNotesOfACallAreBounded() {
    let notes = CallNotes()
    for number in 0..<9 { notes.add("note", "\(number)") }
    #expect(notes.all.map(\.text) == (0..<8).map { "\($0)" })
  }
}
