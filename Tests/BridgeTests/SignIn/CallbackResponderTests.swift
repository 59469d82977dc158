import HTTPTransport
import OAuthClient
import Support
import Testing
import TestHarness

@testable import Bridge

/// Requests at the address of the redirect, without a socket.
struct CallbackResponderTests {
  static let state = Secret("the-state-of-this-sign-in")
  static let good = "code=5ecret-code&state=the-state-of-this-sign-in"
  static let host = ("Host", "127.0.0.1:4711")
  /// What Chromium sends after a redirect from another site.
  static let navigation = [
    host, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-User", "?1"),
  ]

  static func responder() -> CallbackResponder {
    let responder = CallbackResponder()
    responder.listens(at: "127.0.0.1:4711")
    responder.expect(state)
    return responder
  }

  static func send(
    _ responder: CallbackResponder, _ path: String = "/callback", _ query: String? = good,
    method: String = "GET", fields: [(String, String)] = navigation
  ) async throws -> HTTPResponse {
    let peer = try #require(IPAddress("127.0.0.1"))
    return await responder.respond(
      to: HTTPRequest(
        method: method, path: path, query: query, fields: HTTPFields(fields), peer: peer,
        isEncrypted: false, body: { _ in .success([]) }))
  }

  @Test func theRedirectLeadsAwayFromTheCode() async throws {
    let responder = Self.responder()
    #expect(try await Self.send(responder, "/done", nil).status == 404)
    let response = try await Self.send(responder)
    #expect(response.status == 303)
    #expect(response["Location"] == ["/done"])
    #expect(response.body == [])
    #expect(try responder.outcome.current?.get() == Array(Self.good.utf8))
    #expect(responder.left.current == nil)
    let last = try await Self.send(responder, "/done", nil)
    #expect(last.status == 200)
    #expect(last.text.contains("Close this page, and go back to the client."))
    #expect(responder.left.current != nil)
  }

  @Test func aRefusalIsAFixedSentence() async throws {
    let responder = Self.responder()
    let query =
      "error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cb%3E&state=the-state-of-this-sign-in"
    let response = try await Self.send(responder, "/callback", query)
    #expect(response["Location"] == ["/refused"])
    #expect(try responder.outcome.current?.get() == Array(query.utf8))
    let last = try await Self.send(responder, "/refused", query)
    #expect(last.text.contains("The sign-in was refused."))
    #expect(!last.text.contains("script") && !last.text.contains("<b>"))
  }

  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var method = "GET"
    var path = "/callback"
    var query: String? = CallbackResponderTests.good
    var fields = CallbackResponderTests.navigation
    let status: Int
  }

  /// None of them ends the wait.
  @Test(arguments: [
    Attack(testDescription: "no query", query: nil, status: 400),
    Attack(testDescription: "no state", query: "code=a", status: 400),
    Attack(testDescription: "an empty state", query: "code=a&state=", status: 400),
    Attack(testDescription: "a foreign state", query: "code=a&state=another", status: 400),
    Attack(
      testDescription: "a state and more", query: "code=a&state=the-state-of-this-sign-in2",
      status: 400),
    Attack(
      testDescription: "two states", query: "state=another&state=the-state-of-this-sign-in",
      status: 400),
    Attack(
      testDescription: "the state twice", query: "\(good)&state=the-state-of-this-sign-in",
      status: 400),
    Attack(testDescription: "a bad escape", query: "\(good)&a=%zz", status: 400),
    Attack(
      testDescription: "a name that is bound to this machine",
      fields: [("Host", "attacker.example:4711")], status: 403),
    Attack(testDescription: "another port", fields: [("Host", "127.0.0.1:80")], status: 403),
    Attack(testDescription: "localhost", fields: [("Host", "localhost:4711")], status: 403),
    Attack(testDescription: "no host", fields: [], status: 403),
    Attack(
      testDescription: "a script of another page",
      fields: [host, ("Origin", "https://attacker.example")], status: 403),
    Attack(
      testDescription: "a script of a sandboxed page", fields: [host, ("Origin", "null")],
      status: 403),
    Attack(
      testDescription: "an image of another page",
      fields: [host, ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")], status: 403),
    Attack(
      testDescription: "a frame of another page",
      fields: [host, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")], status: 403),
    Attack(
      testDescription: "a fetch of another page", fields: [host, ("Sec-Fetch-Mode", "cors")],
      status: 403),
    Attack(testDescription: "POST", method: "POST", status: 405),
    Attack(testDescription: "HEAD", method: "HEAD", status: 405),
    Attack(testDescription: "another path", path: "/callback/", status: 404),
    Attack(testDescription: "an icon", path: "/favicon.ico", query: nil, status: 404),
    Attack(testDescription: "the last page before the first", path: "/done", status: 404),
    Attack(testDescription: "the page of a refusal before it", path: "/refused", status: 404),
  ])
  func aForeignRequestDoesNotEndTheWait(_ attack: Attack) async throws {
    let responder = Self.responder()
    let response = try await Self.send(
      responder, attack.path, attack.query, method: attack.method, fields: attack.fields)
    #expect(response.status == attack.status)
    #expect(responder.outcome.current == nil && responder.left.current == nil)
    // The right one still does.
    #expect(try await Self.send(responder, fields: [Self.host]).status == 303)
    #expect(try responder.outcome.current?.get() == Array(Self.good.utf8))
  }

  @Test func aSecondRedirectHasNoEffect() async throws {
    let responder = Self.responder()
    #expect(try await Self.send(responder).status == 303)
    let second = try await Self.send(
      responder, "/callback", "code=another&state=the-state-of-this-sign-in")
    #expect(second.status == 410)
    #expect(second.text.contains("already done"))
    #expect(try responder.outcome.current?.get() == Array(Self.good.utf8))
  }

  /// Before the address is shown there is no state that could be right.
  @Test func aRedirectBeforeTheSignInIsRefused() async throws {
    let responder = CallbackResponder()
    #expect(try await Self.send(responder).status == 403)
    responder.listens(at: "127.0.0.1:4711")
    #expect(try await Self.send(responder).status == 400)
    #expect(responder.outcome.current == nil)
  }

  @Test(arguments: CallbackPage.allCases)
  func everyPageIsStrict(_ page: CallbackPage) {
    for response in [page.response, CallbackPage.redirect(to: "/done")] {
      #expect(
        response["Content-Security-Policy"] == [
          "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ])
      #expect(response["Referrer-Policy"] == ["no-referrer"])
      #expect(response["Cache-Control"] == ["no-store"])
      #expect(response["X-Frame-Options"] == ["DENY"])
      #expect(response["X-Content-Type-Options"] == ["nosniff"])
      #expect(response.closes)
      #expect(!response.text.contains("<script") && !response.text.contains("href"))
    }
    #expect(page.response["Allow"] == (page == .wrongMethod ? ["GET"] : []))
  }
}
