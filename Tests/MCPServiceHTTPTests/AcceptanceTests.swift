import HTTPTransport
import Testing
import TestHarness

/// R12: only an accepted credential gives a connection the longer idle timeout.
struct AcceptanceTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var changes: [String: String?] = [:]
    var method = "POST"
    var path = "/mcp"
    let fields: [(String, String)]
    var body = "{"
    let isAccepted: Bool
  }

  private static let plain = [HTTPPipelineTests.host, HTTPPipelineTests.json]

  static let rows = [
    Row(
      testDescription: "a good call", fields: HTTPPipelineTests.modern,
      body: HTTPPipelineTests.add, isAccepted: true),
    Row(
      testDescription: "a key, and a body that is no JSON", fields: plain + [HTTPPipelineTests.key],
      isAccepted: true),
    Row(
      testDescription: "a wrong key", fields: plain + [("X-API-Key", "wrong-wrong-wrong-wrong")],
      isAccepted: false),
    Row(testDescription: "no credential", fields: plain, isAccepted: false),
    Row(
      testDescription: "a guest", changes: ["CALCULATOR_GUEST_ROLE": "basic"], fields: plain,
      isAccepted: false),
    Row(
      testDescription: "a probe", method: "GET", path: "/healthz",
      fields: [HTTPPipelineTests.host, HTTPPipelineTests.key], isAccepted: false),
  ]

  @Test(arguments: rows)
  func saysWhoIsKnown(_ row: Row) throws {
    let response = try HTTPHarness(row.changes).send(
      row.method, row.path, fields: row.fields, body: row.body)
    #expect(response.isAccepted == row.isAccepted)
  }
}
