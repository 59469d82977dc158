import Foundation
import Testing
import TestSupport

/// A web page of another origin calls the server from a real browser (H25, Fetch standard §3.2).
@Suite(.serialized, .enabled(if: Browser.isThere, "\(Browser.hint)"))
struct BrowserTests {
  /// Calls `add` with each credential, as an MCP client in a page does. Each call prints a line
  /// with everything that the page may read.
  private static let script = """
    const [url, key, token] = location.search.slice(1).split("&").map(decodeURIComponent);
    const lines = [];
    for (const credential of [
      {"X-API-Key": key}, {"Authorization": "Bearer " + token}, {"X-API-Key": "wrong-wrong-wrong-1"},
      {"Authorization": "Bearer a.b.c"}, {},
    ]) {
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: {
            ...credential, "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call", "Mcp-Name": "add",
          },
          body: JSON.stringify({
            jsonrpc: "2.0", id: 1, method: "tools/call",
            params: {
              name: "add", arguments: {a: 0.1, b: 0.2},
              _meta: {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
              },
            },
          }),
        });
        const reply = await response.json();
        const text = reply.result ? reply.result.content[0].text : reply.error.message;
        const limit = response.headers.get("RateLimit-Policy") === null ? "" : " limited";
        const challenge = response.headers.get("WWW-Authenticate") ?? "";
        lines.push(`${response.status} ${text}${limit} ${challenge}`.trim());
      } catch (error) {
        lines.push(error.name);
      }
    }
    return lines.join("; ");
    """

  private static let bearer = #"Bearer realm="calculator""#
  private static let basic = #"Basic realm="calculator", charset="UTF-8""#

  private func run(
    _ browser: Browser, _ host: String, _ server: HTTPProcess, _ token: String
  ) throws -> String {
    let query = [server.url, HTTPProcess.key, token].map { text in
      text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
    return try browser.run(at: host, query: query.joined(separator: "&"))
  }

  @Test func aPageOfAnAllowedOriginReadsEachResponse() throws {
    let browser = try Browser(script: Self.script)
    let server = try HTTPProcess([
      "CALCULATOR_ALLOWED_ORIGINS": "http://app.example:\(browser.port)",
      "CALCULATOR_RATE_LIMIT": "1000/minute",
    ])
    let text = try run(browser, "app.example", server, try HTTPProcess.token())
    #expect(
      text
        == [
          "200 0.3 limited", "200 0.3 limited", "401 Authentication failed \(Self.bearer)",
          "401 Authentication failed \(Self.bearer), error=\"invalid_token\"",
          "401 Authentication failed \(Self.bearer), \(Self.basic)",
        ].joined(separator: "; "))
  }

  /// The browser sends a preflight request, is refused and sends nothing more. The log names the
  /// setting that would allow it.
  @Test func aPageOfAnotherOriginReadsNothing() throws {
    let browser = try Browser(script: Self.script)
    let server = try HTTPProcess([
      "CALCULATOR_ALLOWED_ORIGINS": "http://app.example:\(browser.port)"
    ])
    let text = try run(browser, "evil.example", server, try HTTPProcess.token())
    #expect(text == Array(repeating: "TypeError", count: 5).joined(separator: "; "))
    let log = try server.end()
    #expect(log.count == 5)
    let origin = #""origin":"http://evil.example:\#(browser.port)""#
    for line in log {
      #expect(line.contains(#""reason":403,\#(origin),"setting":"CALCULATOR_ALLOWED_ORIGINS"}"#))
    }
  }

  /// A page with the server's host name and another port is another origin: without the setting it
  /// reads nothing.
  @Test func aPageOfOurOwnNameReadsNothing() throws {
    let browser = try Browser(script: Self.script)
    let server = try HTTPProcess()
    let text = try run(browser, "localhost", server, try HTTPProcess.token())
    #expect(text == Array(repeating: "TypeError", count: 5).joined(separator: "; "))
    let log = try server.end()
    #expect(log.count == 5)
    for line in log { #expect(line.contains(#""reason":405,"origin":"http://localhost:"#)) }
  }

  /// The landing page loads nothing that its policy forbids, also not its icon.
  @Test func thePageOfTheServerAsksForNoFile() throws {
    let server = try HTTPProcess()
    let result = try Browser.open("http://127.0.0.1:\(server.port)/")
    #expect(result.page.contains("<title>Calculator</title>"))
    #expect(!result.errors.contains("Content Security Policy"))
    let log = try server.end()
    #expect(log.isEmpty)
  }
}
