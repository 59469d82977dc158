import Foundation
import HTTPTransport
import MCPService
import OAuthClient
import Support
import Testing
import TestHarness
import TestSupport

@testable import Bridge

/// Sign-ins with a listener at a real port, and with programs in place of browsers.
struct BrowserUserAgentTests {
  private static let address = "https://login.example/authorize?client_id=a&state=b%20c"

  private static func opener(_ told: OneShot<String>) -> BrowserOpener {
    BrowserOpener(
      environment: ["BROWSER": Array("/bin/true".utf8)], exists: { $0 == "/bin/true" },
      tell: { told.set($0) })
  }

  /// Ends only when its task is cancelled.
  private static let forever: @Sendable (Duration) async -> Void = {
    _ in try? await Task.sleep(for: .seconds(1_000_000))
  }

  private static func port(_ pending: any PendingSignIn) throws -> Int {
    let origin = try #require(Origin.split(pending.redirectURI))
    #expect(origin.origin.host == "127.0.0.1" && origin.origin.scheme == .http)
    #expect(origin.target.elementsEqual("/callback".utf8))
    return origin.origin.port
  }

  private static func get(_ target: String, _ port: Int) async throws -> String {
    let client = try await LiveClient(port: port)
    try await client.send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    return try await client.untilClose()
  }

  @Test func theQueryOfTheRedirectComesBack() async throws {
    let told = OneShot<String>()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(told), now: { ManualClock().now }, report: { _ in },
      sleep: Self.forever)
    let pending = try await agent.prepare(preferring: nil)
    let port = try Self.port(pending)
    async let query = pending.query(opening: Self.address, state: Secret("right"))
    let line = await told.value(orAfter: .seconds(1), "", sleep: Self.forever)
    #expect(line.hasBytes(atEnd: ": \(Self.address)"))
    let wrong = try await Self.get("/callback?code=x&state=wrong", port)
    #expect(wrong.hasBytes(atStart: "HTTP/1.1 400 "))
    let first = try await Self.get("/callback?code=5ecret&state=right", port)
    #expect(first.hasBytes(atStart: "HTTP/1.1 303 "))
    #expect(first.contains("\r\nLocation: /done\r\n"))
    let last = try await Self.get("/done", port)
    #expect(last.hasBytes(atStart: "HTTP/1.1 200 "))
    #expect(!first.contains("5ecret") && !last.contains("5ecret"))
    #expect(try await query == Array("code=5ecret&state=right".utf8))
    pending.close()
  }

  /// A browser that does not follow the redirect does not hold the sign-in up.
  @Test func theLastPageIsNotNeeded() async throws {
    let told = OneShot<String>()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(told), now: { ManualClock().now }, report: { _ in },
      sleep: { if $0 != CallbackListener.lastPage { await Self.forever($0) } })
    let pending = try await agent.prepare(preferring: nil)
    let port = try Self.port(pending)
    async let query = pending.query(opening: Self.address, state: Secret("right"))
    _ = await told.value(orAfter: .seconds(1), "", sleep: Self.forever)
    _ = try await Self.get("/callback?code=5ecret&state=right", port)
    #expect(try await query == Array("code=5ecret&state=right".utf8))
    pending.close()
  }

  @Test func thePersonHasFiveMinutes() async throws {
    let slept = OneShot<Duration>()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(OneShot()), now: { ManualClock().now },
      report: { _ in },
      sleep: { slept.set($0) })
    let pending = try await agent.prepare(preferring: nil)
    await #expect(throws: UserAgentError.timeout) {
      try await pending.query(opening: Self.address, state: Secret("right"))
    }
    #expect(slept.current == .seconds(300))
    pending.close()
  }

  @Test func anAddressThatIsNoneIsNotShown() async throws {
    let told = OneShot<String>()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(told), now: { ManualClock().now }, report: { _ in },
      sleep: Self.forever)
    let pending = try await agent.prepare(preferring: nil)
    await #expect(throws: UserAgentError.unavailable) {
      try await pending.query(opening: "javascript:alert(1)", state: Secret("right"))
    }
    #expect(told.current == nil)
    pending.close()
  }

  @Test func aPortThatIsInUseIsNamed() async throws {
    let sentences = Sentences()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(OneShot()), now: { ManualClock().now },
      report: { _ in },
      sleep: Self.forever)
    let first = try await agent.prepare(preferring: nil)
    let port = try Self.port(first)
    let second = BrowserUserAgent(
      port: port, opener: Self.opener(OneShot()), now: { ManualClock().now },
      report: { sentences.add($0) })
    await #expect(throws: UserAgentError.unavailable) { try await second.prepare(preferring: nil) }
    #expect(
      sentences.all == [
        "cannot listen on 127.0.0.1, port \(port); choose another --callback-port"
      ])
    first.close()
  }

  /// A registration with that port can be used again. A port that is in use is left to its owner.
  @Test func theKnownRedirectURIIsUsedWhereItIsFree() async throws {
    let sentences = Sentences()
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(OneShot()), now: { ManualClock().now },
      report: { sentences.add($0) }, sleep: Self.forever)
    let first = try await agent.prepare(preferring: nil)
    let known = first.redirectURI
    let second = try await agent.prepare(preferring: known)
    #expect(second.redirectURI != known)
    first.close()
    var third = try await agent.prepare(preferring: known)
    while third.redirectURI != known {
      third.close()  // the first one is not yet gone
      await Task.yield()
      third = try await agent.prepare(preferring: known)
    }
    for pending in [second, third] { pending.close() }
    #expect(sentences.all.isEmpty)
  }

  /// What is stored names no other place to listen.
  @Test(arguments: [
    "http://127.0.0.1:1/callback?", "http://127.0.0.1:1/other", "http://localhost:1/callback",
    "https://127.0.0.1:1/callback", "http://0.0.0.0:1/callback", "http://127.0.0.1/callback",
    "http://127.0.0.1:99999/callback", "x",
  ])
  func anotherRedirectURIIsNotUsed(_ known: String) async throws {
    let agent = BrowserUserAgent(
      limits: .patient, opener: Self.opener(OneShot()), now: { ManualClock().now },
      report: { _ in }, sleep: Self.forever)
    let pending = try await agent.prepare(preferring: known)
    #expect(try Self.port(pending) > 1023)
    pending.close()
  }

  @Test func withoutABrowserNothingListens() async throws {
    let none = BrowserOpener(environment: [:], exists: { _ in false }, tell: { _ in })
    let agent = BrowserUserAgent(
      limits: .patient, opener: none, now: { ManualClock().now }, report: { _ in })
    await #expect(throws: UserAgentError.notInteractive) {
      try await agent.prepare(preferring: nil)
    }
  }

  // MARK: The browser

  @Test(
    arguments: [
      (["DISPLAY": ":0"], ["/usr/bin/xdg-open"], "/usr/bin/xdg-open"),
      (["WAYLAND_DISPLAY": "wayland-0"], ["/usr/bin/xdg-open"], "/usr/bin/xdg-open"),
      (["DISPLAY": ""], ["/usr/bin/xdg-open"], nil),
      ([:], ["/usr/bin/xdg-open"], nil),
      (["DISPLAY": ":0"], [], nil),
      ([:], ["/System/Library/CoreServices"], "/usr/bin/open"),
      (["BROWSER": "/opt/browser"], ["/opt/browser", "/usr/bin/xdg-open"], "/opt/browser"),
      (["BROWSER": "/opt/gone", "DISPLAY": ":0"], ["/usr/bin/xdg-open"], "/usr/bin/xdg-open"),
      (
        ["BROWSER": "firefox", "DISPLAY": ":0"], ["firefox", "/usr/bin/xdg-open"],
        "/usr/bin/xdg-open"
      ),
    ] as [([String: String], Set<String>, String?)])
  func theBrowserIsOneOfTheSystem(
    _ environment: [String: String], _ existing: Set<String>, _ expected: String?
  ) {
    let opener = BrowserOpener(
      environment: Environment(environment), exists: { existing.contains($0) }, tell: { _ in })
    #expect(opener.program == expected)
  }

  struct Address: CustomTestStringConvertible, Sendable {
    enum Result: Sendable { case opened, shown, refused }
    let testDescription: String
    let expected: Result
    init(_ text: String, _ expected: Result) { (testDescription, self.expected) = (text, expected) }
  }

  @Test(arguments: [
    Address(address, .opened), Address("http://127.0.0.1:8080/a?b=c", .opened),
    Address("https://login.example/a;touch%20b", .shown),
    Address("https://login.example/?a=$(touch)", .shown),
    Address("https://login.example/?a='b'", .shown), Address("https://login.example/*", .shown),
    Address("https://login.example/!", .shown),
    Address("-h", .refused), Address("--https://login.example/", .refused),
    Address("file:///etc/passwd", .refused), Address("javascript:alert(1)", .refused),
    Address("ftp://login.example/", .refused), Address("", .refused),
    Address("https://login.example/\n-h", .refused),
    Address("https://login.example/\u{1B}[2J", .refused),
    Address("https://login.example/ a", .refused), Address("https://login.example/`a`", .refused),
    Address("https://login.example/\"a", .refused), Address("https://login.example/\\a", .refused),
    Address("https://user@login.example/", .refused), Address("https://login.example/ü", .refused),
    Address("https://login.example/#a", .refused), Address("https:login.example", .refused),
  ])
  func onlyAPlainAddressReachesAProgram(_ row: Address) throws {
    let told = OneShot<String>()
    let opener = BrowserOpener(
      environment: ["BROWSER": Array("/bin/true".utf8)], exists: { $0 == "/bin/true" },
      tell: { told.set($0) })
    let url = row.testDescription
    switch row.expected {
    case .refused:
      #expect(throws: UserAgentError.unavailable) { try opener.open(url) }
      #expect(told.current == nil)
    case .shown, .opened:
      let command = try opener.command(for: url)
      #expect(command?.program == (row.expected == .opened ? "/bin/true" : nil))
      #expect(command?.arguments == (row.expected == .opened ? [url] : nil))
      try opener.open(url)
      #expect(told.current?.hasBytes(atEnd: ": \(url)") == true)
    }
  }

  /// The program writes what it got into a FIFO.
  @Test func theBrowserGetsTheAddressAndNoSecret() async throws {
    let fixture = try TokenFixture()
    let pipe = fixture.temporary.path("pipe")
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let browser = try fixture.program(
      "browser", "{ printf '%s\\n' \"$#\" \"$@\"; env; ls -l /proc/$$/fd; cat; } > '\(pipe)'")
    let opener = BrowserOpener(
      environment: [
        "BROWSER": Array(browser.utf8), "HOME": Array("/home/anshika".utf8),
        "DISPLAY": Array(":7".utf8), "CALCULATOR_BRIDGE_KEY": Array("5ecret".utf8),
        "MY_TOKEN": Array("5ecret".utf8),
      ], exists: { $0 == browser }, tell: { _ in })
    try opener.open(Self.address)
    let text = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let bytes = try? FileHandle(forReadingAtPath: pipe)?.readToEnd()
        continuation.resume(returning: String(decoding: bytes ?? Data(), as: UTF8.self))
      }
    }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    #expect(Array(lines.prefix(2)) == ["1", Self.address])
    #expect(lines.contains("HOME=/home/anshika") && lines.contains("DISPLAY=:7"))
    #expect(!text.contains("5ecret") && !text.contains("CALCULATOR_"))
    // No socket of this process.
    #expect(!text.contains("socket:"))
  }
}
