import HTTPTransport
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// The accepted media types (H24). The table of the pipeline has a row for each status.
struct MediaTypesTests {
  private func status(_ name: String, _ values: String...) throws -> Int {
    let fields = HTTPPipelineTests.with([name: nil]) + values.map { (name, $0) }
    return try HTTPHarness().send(fields: fields, body: HTTPPipelineTests.add).status
  }

  /// RFC 8259 §11: `charset` has no effect and is allowed. RFC 9110 §8.3.1: names and types are
  /// case-insensitive, and values may be quoted.
  @Test(arguments: [
    "application/json", "APPLICATION/JSON", "application/json;", "application/json ; ",
    "application/json;charset=utf-8", "application/json; charset=\"UTF-8\"",
    "application/json\t;\tCharset=utf8", "application/json; charset=US-ASCII",
    "application/json; charset=ISO-8859-1", "application/json;;version=1",
    "application/json; charset=utf-8; profile=\"x\"",
  ])
  func isRead(_ type: String) throws {
    #expect(try status("Content-Type", type) == 200)
  }

  /// Another type, or an encoding in which the bytes are another text.
  @Test(arguments: [
    "", "text/plain", "text/json", "application/jsonl", "application/json-rpc", "application",
    "application/j son", "application/json charset=utf-8", "application/vnd.api+json",
    "application/json, text/plain", "application/json;x=1,text/plain",
    "application/json;charset=utf-16", "application/json; charset=\"UTF-16LE\"",
    "application/json; charset=UTF-32", "application/json; charset=utf-7",
    "application/json; charset=utf-80", "application/json; charset=ISO-10646-UCS-2; charset=ucs-2",
    "application/json; charset=utf-8; charset=utf-16", "application/json; charset",
    "application/json; charset=", "application/json; charset=\"\"", "application/json; =utf-8",
    "application/json; charset=\"utf-8", "application/json; charset =utf-8",
    "application/json; x=\"a b\"", "application/json\u{301}", "application/\u{1F1E9}\u{1F1EA}",
  ])
  func isNotRead(_ type: String) throws {
    #expect(try status("Content-Type", type) == 415)
  }

  @Test func isNotReadTwice() throws {
    #expect(try status("Content-Type", "application/json", "application/json") == 415)
  }

  /// RFC 9110 §12.5.3: `identity` means no coding. §8.4: every other coding would have to be
  /// decoded.
  @Test(arguments: [
    ("identity", 200), ("Identity", 200), ("gzip", 415), ("br", 415), ("", 415),
    ("identity, gzip", 415), ("gzip, identity", 415), ("identit\u{FF59}", 415),
  ])
  func codings(_ coding: String, _ expected: Int) throws {
    #expect(try status("Content-Encoding", coding) == expected)
  }

  @Test func aSecondCoding() throws {
    #expect(try status("Content-Encoding", "identity", "gzip") == 415)
  }
}
