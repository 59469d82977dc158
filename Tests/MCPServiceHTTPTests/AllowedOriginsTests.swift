import Auth
import MCPService
import HTTPTransport
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// Web pages of other origins (H25, Fetch standard §3.2). `BrowserTests` uses a real browser.
struct AllowedOriginsTests {
  static let page = "https://app.example"
  static let other = "http://tools.example:6274"
  static let allowed: [String: String?] = ["CALCULATOR_ALLOWED_ORIGINS": "\(page), \(other)"]
  static let exposed =
    "WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, MCP-Protocol-Version, "
    + "Mcp-Session-Id"

  static func fields(_ origin: String?, _ changes: [String: String?] = [:]) -> [(String, String)] {
    HTTPPipelineTests.with(changes) + (origin.map { [("Origin", $0)] } ?? [])
  }

  /// Whether the response grants an allowed origin what it needs, and nothing more.
  static func isGranted(_ response: HTTPResponse, to origin: String) -> Bool {
    response["Access-Control-Allow-Origin"] == [origin]
      && response["Access-Control-Expose-Headers"] == [exposed] && response["Vary"] == ["Origin"]
      && response["Access-Control-Allow-Credentials"].isEmpty
  }

  static func hasNoCORS(_ response: HTTPResponse) -> Bool {
    response.fields.allSatisfy { !$0.name.hasPrefix("Access-Control") && $0.name != "Vary" }
  }

  /// A browser sends it without a credential. It is not an attempt to authenticate.
  @Test func thePreflightRequest() throws {
    let harness = try HTTPHarness(Self.allowed)
    let response = harness.send(
      "OPTIONS",
      fields: [
        HTTPPipelineTests.host, ("Origin", Self.page), ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,mcp-method,x-evil"),
      ])
    #expect(response.status == 204)
    #expect(response.body.isEmpty)
    #expect(response["Access-Control-Allow-Methods"] == ["POST"])
    #expect(
      response["Access-Control-Allow-Headers"] == [
        "Authorization, Content-Type, X-API-Key, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
          + "Mcp-Session-Id, Accept, Last-Event-ID"
      ])
    #expect(response["Access-Control-Max-Age"] == ["7200"])
    #expect(Self.isGranted(response, to: Self.page))
    #expect(harness.takeLog().isEmpty)
  }

  @Test(arguments: [("/", 204, "GET, HEAD"), ("/healthz", 204, "GET, HEAD"), ("/none", 404, nil)])
  func thePreflightRequestOfOtherPaths(_ path: String, _ status: Int, _ methods: String?) throws {
    let response = try HTTPHarness(Self.allowed).send(
      "OPTIONS", path, fields: [HTTPPipelineTests.host, ("Origin", Self.other)])
    #expect(response.status == status)
    #expect(response["Access-Control-Allow-Methods"] == (methods.map { [$0] } ?? []))
    #expect(Self.isGranted(response, to: Self.other))
  }

  /// Errors have the CORS fields too, so that the page can show them.
  @Test(
    arguments: [
      (200, [:], HTTPPipelineTests.add), (401, ["X-API-Key": nil], ""),
      (401, ["X-API-Key": "wrong-wrong-wrong-wrong"], ""), (403, ["Host": "evil.example"], ""),
      (400, ["Authorization": "Bearer x"], ""), (406, ["Accept": "text/plain"], ""),
      (415, ["Content-Type": "text/plain"], ""), (400, [:], "{"),
    ] as [(Int, [String: String?], String)])
  func eachResponse(_ status: Int, _ changes: [String: String?], _ body: String) throws {
    let harness = try HTTPHarness(Self.allowed)
    for origin in [Self.page, Self.other] {
      let response = harness.send(fields: Self.fields(origin, changes), body: body)
      #expect(response.status == status)
      #expect(Self.isGranted(response, to: origin))
    }
    #expect(Self.hasNoCORS(harness.send(fields: Self.fields(nil, changes), body: body)))
  }

  /// The head was accepted, but the body did not arrive completely.
  @Test(
    arguments: [
      (.malformed, 400), (.bodyTooLarge, 413), (.timeout, 408), (.headTooLarge, 431),
      (.aborted, 400),
    ] as [(HTTPFault, Int)])
  func faultsOfTheBody(_ fault: HTTPFault, _ status: Int) throws {
    let harness = try HTTPHarness(Self.allowed)
    let response = harness.send(fields: Self.fields(Self.page), bodyFault: fault)
    #expect(response.status == status)
    #expect(Self.isGranted(response, to: Self.page))
  }

  @Test func limits() throws {
    var changes = Self.allowed
    changes["CALCULATOR_RATE_LIMIT"] = "1/minute"
    let harness = try HTTPHarness(changes)
    let responses = (0..<2).map { _ in
      harness.send(fields: Self.fields(Self.page), body: HTTPPipelineTests.add)
    }
    #expect(responses.map(\.status) == [200, 429])
    #expect(!responses[1]["Retry-After"].isEmpty)
    #expect(responses.allSatisfy { Self.isGranted($0, to: Self.page) })
  }

  /// H25: every other origin is refused, also one that looks like an allowed one.
  @Test(arguments: [
    "https://app.example.evil.example", "https://evil-app.example", "https://app.example:443",
    "https://app.example:8443", "http://app.example", "HTTPS://app.example", "https://APP.example",
    "https://app.example/", "https://app.example,http://tools.example:6274", "app.example", "*",
    "null", "", "https://app.example\u{301}", "https://\u{1F1E9}\u{1F1EA}", "https://app.exampl",
    "https://xapp.example", "https://app.example ",
  ])
  func otherOrigins(_ origin: String) throws {
    let harness = try HTTPHarness(Self.allowed)
    for method in ["OPTIONS", "POST", "GET"] {
      let response = harness.send(method, fields: Self.fields(origin), body: HTTPPipelineTests.add)
      #expect(response.status == 403)
      #expect(Self.hasNoCORS(response))
    }
  }

  /// RFC 6454 §7.3: a browser sends one origin.
  @Test func twoOrigins() throws {
    let harness = try HTTPHarness(Self.allowed)
    for second in [Self.page, Self.other, "https://evil.example"] {
      let response = harness.send(fields: Self.fields(Self.page) + [("origin", second)])
      #expect(response.status == 403)
      #expect(Self.hasNoCORS(response))
    }
  }

  /// Pages under an allowed host name may send requests. They read responses only if their origin
  /// is allowed, with its scheme and port.
  @Test(arguments: ["http://localhost:6274", "https://127.0.0.1", "http://[::1]:8080"])
  func ourOwnNames(_ origin: String) throws {
    let fields = Self.fields(origin)
    let closed = try HTTPHarness()
    #expect(closed.send("OPTIONS", fields: fields).status == 405)
    let served = closed.send(fields: fields, body: HTTPPipelineTests.add)
    #expect(served.status == 200)
    #expect(Self.hasNoCORS(served))
    let open = try HTTPHarness(["CALCULATOR_ALLOWED_ORIGINS": origin])
    #expect(open.send("OPTIONS", fields: fields).status == 204)
    #expect(
      Self.isGranted(open.send(fields: fields, body: HTTPPipelineTests.add), to: origin))
  }

  /// Without the setting no response has a CORS field.
  @Test func withoutTheSetting() throws {
    let harness = try HTTPHarness()
    for method in ["OPTIONS", "POST"] {
      let response = harness.send(method, fields: Self.fields(Self.page))
      #expect(response.status == 403)
      #expect(Self.hasNoCORS(response))
    }
  }

  // MARK: The setting

  /// RFC 6454 §6.2: the form that a browser sends, because origins are compared byte by byte.
  @Test(arguments: [
    ("https://app.example", true), ("http://localhost:6274", true), ("http://[::1]:3000", true),
    ("chrome-extension://abcdefghijklmnop", true), ("tauri://localhost", true),
    ("http://10.0.0.5", true), ("https://app.example:80", true), ("https://app.example/", false),
    ("https://app.example/x", false), ("https://App.example", false),
    ("HTTPS://app.example", false),
    ("https://app.example:443", false), ("http://app.example:80", false),
    ("http://app.example:080", false), ("http://app.example:0", false),
    ("http://app.example:65536", false), ("http://app.example:99999", false),
    ("http://app.example:", false), ("http://app.example:8x", false), ("app.example", false),
    ("*", false), ("null", false), ("", false), ("https://", false), ("://app.example", false),
    ("1http://app.example", false), ("https:/app.example", false), ("https://*.example", false),
    ("https://user@app.example", false), ("https://müller.example", false),
    ("https://app.example\u{301}", false), ("https://a b", false),
  ])
  func theSettingIsAnOrigin(_ text: String, _ isGood: Bool) {
    #expect(AllowedOrigins.isOrigin(text) == isGood)
    guard !text.isEmpty else { return }
    do throws(ConfigurationErrors) {
      _ = try HTTPConfiguration.read(
        environment: ["CALCULATOR_API_KEY": HTTPHarness.key, "CALCULATOR_ALLOWED_ORIGINS": text],
        file: nil, host: "127.0.0.1")
      #expect(isGood)
    } catch {
      #expect(!isGood)
      #expect(error.all.count == 1)
      #expect(error.all[0].description.hasPrefix("CALCULATOR_ALLOWED_ORIGINS: must be origins as"))
    }
  }
}
