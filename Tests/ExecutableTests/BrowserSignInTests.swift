import Foundation
import TestSupport
import Testing

/// A person signs in with a real browser. It says where a form comes from, and it applies the policy
/// of a page to the form and to the redirect after it (CSP Level 3 §6.4.2).
@Suite(.serialized, .enabled(if: Browser.isThere, "\(Browser.hint)"))
struct BrowserSignInTests {
  @Test(arguments: ["allow", "deny"])
  func aPersonSignsInAndDecides(_ decision: String) throws {
    let server = try SignInServer()
    let outcome = try Self.signIn(server, decision)
    // After a wrong password, the same page is shown.
    #expect(outcome.titles == ["Sign in", "Sign in", "Allow access", "The client"])
    #expect(
      outcome.posts
        == ["/authorize", "/authorize", "/consent"].map { path in
          Outcome.Post(path: path, origin: server.issuer)
        })
    // The status of the page after the wrong password, and nothing about a policy.
    #expect(outcome.messages.allSatisfy { $0.contains("status of 403") }, "\(outcome.messages)")
    let redirect = try #require(outcome.redirects.first)
    #expect(outcome.redirects.count == 1)
    #expect(redirect["state"] == "xyz")
    #expect(redirect["iss"] == server.issuer)  // RFC 9207 §2
    #expect((redirect["code"] != nil) == (decision == "allow"))
    #expect(redirect["error"] == (decision == "allow" ? nil : "access_denied"))
    _ = try server.end()
  }

  /// The provider is another site, which redirects the browser back after a form of its own. The cookie
  /// of the sign-in comes along (RFC 6265bis §5.6.7.1: `SameSite=Lax`).
  @Test(.enabled(if: Python.isProviderThere, "\(Python.hint)"))
  func aPersonComesBackFromAnotherSite() throws {
    let server = try SignInServer(hasProvider: true)
    let outcome = try Self.signIn(server, "allow")
    #expect(outcome.titles.first == "Allow access")
    #expect(outcome.titles.last == "The client")
    #expect(outcome.posts.count == 3)  // consent here, a wrong and the right password there
    #expect(outcome.posts.first == .init(path: "/consent", origin: server.issuer))
    #expect(!outcome.messages.contains { $0.contains("Content Security Policy") })
    #expect(outcome.redirects.map { $0["code"] != nil } == [true])
    #expect(try server.end().contains { $0.contains(#""subject":"oidc:anshika""#) })
  }

  /// A client in a web page uses what programs use, and reads no page of a person (RFC 9700 §2.6).
  @Test func aPageOfAnyOriginReadsWhatProgramsGet() throws {
    let server = try SignInServer()
    let browser = try Browser(
      script: """
        const lines = [];
        for (const [method, path, type, body] of [
          ["GET", "/.well-known/oauth-protected-resource/mcp"],
          ["GET", "/.well-known/oauth-authorization-server"],
          ["GET", "/jwks"],
          ["POST", "/register", "application/json", '{"redirect_uris":["https://app.example/"]}'],
          ["POST", "/token", "application/x-www-form-urlencoded", "client_id=terminal"],
          ["POST", "/revoke", "application/x-www-form-urlencoded", "client_id=terminal"],
          ["GET", "/token"],
          ["GET", "/authorize"],
          ["POST", "/consent", "application/x-www-form-urlencoded", "decision=allow"],
        ]) {
          try {
            const headers = type ? {"Content-Type": type, "MCP-Protocol-Version": "2026-07-28"} : {};
            const response = await fetch("\(server.issuer)" + path, {method, headers, body});
            const {error} = await response.json();
            lines.push(response.status + (error ? " " + error : ""));
          } catch (error) {
            lines.push(error.name);
          }
        }
        return lines.join("; ");
        """)
    #expect(
      try browser.run(at: "app.example", query: "")
        == [
          "200", "200", "200", "201", "400 invalid_request", "400 invalid_request",
          "405 invalid_request", "TypeError", "TypeError",
        ].joined(separator: "; "))
    _ = try server.end()
  }

  private struct Outcome: Decodable {
    struct Post: Decodable, Equatable {
      let path, origin: String
    }
    let titles: [String]
    let posts: [Post]
    let redirects: [[String: String]]
    let messages: [String]
  }

  private static func signIn(_ server: SignInServer, _ decision: String) throws -> Outcome {
    let script = "Tests/ExecutableTests/clients/browser_sign_in.py"
    let scenario = [
      // The script knows the port of the client.
      "url": try server.authorization(redirect: "http://127.0.0.1:PORT/callback"),
      "user": SignInServer.user, "password": SignInServer.password,
    ]
    let result = try Command.run(
      "python3",
      [Repository.root.appending(path: script).path, try #require(Browser.path), decision],
      input: String(decoding: try JSONEncoder().encode(scenario), as: UTF8.self))
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
  }
}
