import Auth
import CalculatorServer
import MCP
import Testing
import TestSupport

@testable import CalculatorHTTPServer
@testable import HTTPTransport

/// How often somebody may ask or fail, on clocks that only the test moves.
struct LimitsTests {
  private static let call = [
    ("Host", "localhost"), ("Content-Type", "application/json"),
    ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "add"),
  ]
  private static let key = ("X-API-Key", HTTPHarness.key)
  private static let wrong = ("X-API-Key", "wrong-wrong-wrong-wrong")

  private func call(
    _ harness: HTTPHarness, _ more: (String, String)?..., from peer: String = "127.0.0.1"
  ) -> HTTPResponse {
    harness.send(
      fields: Self.call + more.compactMap(\.self), body: Wire.call("add", #""a":1,"b":2"#),
      from: peer)
  }

  private func seconds(_ response: HTTPResponse) throws -> Int {
    try #require(response["Retry-After"].first.flatMap(Int.init))
  }

  /// RFC 9110 §10.2.3: whoever waits as long as they were told is let in.
  @Test(arguments: ["1/second", "7/second", "60/minute", "7/minute", "999/hour", "1/hour"])
  func waitingSuffices(_ limit: String) throws {
    for seed in 0..<UInt64(5) {
      var random = SplitMix64(seed: seed)
      let harness = try HTTPHarness([
        "CALCULATOR_RATE_LIMIT": limit, "CALCULATOR_RATE_BURST": "3",
      ])
      for _ in 0..<40 {
        let response = call(harness, Self.key)
        if response.status == 429 {
          harness.advance(seconds: try seconds(response))
          #expect(call(harness, Self.key).status == 200)
        }
        harness.advance(seconds: Int.random(in: 0...1, using: &random))
      }
    }
  }

  /// The same for those who failed too often.
  @Test func waitingSufficesAfterFailures() throws {
    let harness = try HTTPHarness()
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    let response = call(harness, Self.wrong)
    #expect(response.status == 429)
    let wait = try seconds(response)
    harness.advance(seconds: wait - 1)
    #expect(call(harness, Self.key).status == 429)
    harness.advance(seconds: 1)
    #expect(call(harness, Self.key).status == 200)
  }

  /// draft-ietf-httpapi-ratelimit-headers §4: what is told is what then happens.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func theFieldsAreTrue(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "20/minute"])
    for _ in 0..<30 {
      let response = call(harness, Self.key)
      let (remaining, reset) = try numbers(response)
      // As many as are left go through now, and one more does not.
      if Bool.random(using: &random) {
        for _ in 0..<remaining { #expect(call(harness, Self.key).status == 200) }
        #expect(call(harness, Self.key).status == 429)
      } else {
        // After the time that was told all of them are there again.
        harness.advance(seconds: reset)
        #expect(try numbers(call(harness, Self.key)).remaining == 19)
      }
      harness.advance(seconds: Int.random(in: 0...9, using: &random))
    }
  }

  /// `"default";r=19;t=3`
  private func numbers(_ response: HTTPResponse) throws -> (remaining: Int, reset: Int) {
    #expect(response["RateLimit-Policy"] == [#""default";q=20;w=60"#])
    let parts = try #require(response["RateLimit"].first).split(separator: ";")
    return (
      try #require(Int(parts[1].dropFirst(2))), try #require(Int(parts[2].dropFirst(2)))
    )
  }

  /// A right credential is not looked at either: otherwise one more guess would be told apart.
  @Test func failuresAreLookedAtBeforeAnyCredential() throws {
    let harness = try HTTPHarness()
    for _ in 0..<10 { _ = call(harness, Self.wrong) }
    _ = harness.takeLog()
    let answers = [Self.key, Self.wrong, ("Authorization", "Basic !"), nil].map {
      call(harness, $0)
    }
    for answer in answers {
      #expect(answer.status == 429)
      #expect(answer.text == Wire.error(429, "Too many requests", id: nil))
      #expect(answer["WWW-Authenticate"].isEmpty)
    }
    #expect(Set(answers.map { $0["Retry-After"] }).count == 1)
    for line in harness.takeLog() { #expect(!line.contains("credential\":")) }
    // Others may still come in.
    #expect(call(harness, Self.key, from: "127.0.0.2").status == 200)
  }

  /// Nobody locks others out by asking without a credential.
  @Test func noCredentialIsNoFailure() throws {
    let harness = try HTTPHarness()
    for _ in 0..<50 { #expect(call(harness, nil).status == 401) }
    #expect(call(harness, Self.key).status == 200)
  }

  /// R3: inside one /64 anybody has as many addresses as they like.
  @Test func guestsAreToldApartByTheirNetwork() throws {
    let harness = try HTTPHarness([
      "CALCULATOR_GUEST_ROLE": "basic", "CALCULATOR_RATE_LIMIT": "5/minute",
    ])
    for host in 1...5 {
      #expect(call(harness, nil, from: "2001:db8::\(host)").status == 200)
    }
    #expect(call(harness, nil, from: "2001:db8::ffff:1").status == 429)
    #expect(call(harness, nil, from: "2001:db8:0:1::1").status == 200)
    #expect(call(harness, nil, from: "10.0.0.1").status == 200)
    // An address that is mapped into IPv6 is the same address (RFC 4291 §2.5.5.2).
    for _ in 0..<4 { #expect(call(harness, nil, from: "::ffff:10.0.0.1").status == 200) }
    #expect(call(harness, nil, from: "10.0.0.1").status == 429)
  }

  /// R7: a new token for each call is still the same user.
  @Test func everyTokenOfAUserIsOneBucket() throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "5/minute"])
    var tokens: Set<String> = []
    func bearer() throws -> (String, String) {
      let token = try harness.token()
      tokens.insert(token)
      return ("Authorization", "Bearer \(token)")
    }
    for _ in 0..<5 {
      #expect(call(harness, try bearer()).status == 200)
      harness.advance(seconds: 1)
    }
    #expect(call(harness, try bearer()).status == 429)
    #expect(tokens.count == 6)
    let other = try harness.token(for: "somebody")
    #expect(call(harness, ("Authorization", "Bearer \(other)")).status == 200)
  }

  /// One key is one bucket, wherever it is written and wherever it comes from.
  @Test func aKeyIsOneBucketInBothFields() throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "6/minute"])
    let bearer = ("Authorization", "Bearer \(HTTPHarness.key)")
    for round in 1...3 {
      #expect(call(harness, Self.key, from: "10.0.0.\(round)").status == 200)
      #expect(call(harness, bearer, from: "10.1.0.\(round)").status == 200)
    }
    #expect(call(harness, Self.key, from: "10.2.0.1").status == 429)
    #expect(call(harness, bearer, from: "10.2.0.2").status == 429)
  }

  /// What is refused later has still been asked for.
  @Test func aRefusedRequestCounts() throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "2/minute"])
    let fields = Self.call.filter { $0.0 != "Content-Type" } + [Self.key]
    #expect(harness.send(fields: fields).status == 415)
    #expect(harness.send(fields: Self.call + [Self.key], body: "{").status == 400)
    #expect(call(harness, Self.key).status == 429)
  }

  // MARK: Memory

  /// R5: a million addresses that fail: bounded, and nobody who is locked out is let in.
  @Test func aMillionAddresses() throws {
    let failures = BucketTable(limit: RateLimit(count: 1, period: .hour))
    let limits = Limits(requests: nil, failures: failures)
    let first = IPAddress(v4: 0)
    try limits.countFailure(of: first, at: 0)
    for number in 1..<UInt32(1_000_000) {
      try? limits.countFailure(of: IPAddress(v4: number), at: Int(number))
    }
    #expect(failures.count == 100_000)
    #expect(throws: Refusal.self) { try limits.checkFailures(of: first, at: 1_000_000) }
  }

  /// R6: who is not recognised gets no bucket of an identity, and one address has one for failures.
  @Test func invalidKeysMintNoBuckets() throws {
    let limit = RateLimit(count: 1_000_000, period: .hour)
    let (requests, failures) = (BucketTable(limit: limit), BucketTable(limit: limit))
    let pipeline = HTTPPipeline(
      hosts: AllowedHosts([]), proxies: TrustedProxies([]),
      authentication: HTTPAuthentication(
        keys: KeyAuthenticator(NamedKeys([]), now: { Timestamp(milliseconds: 0) })),
      limits: Limits(requests: requests, failures: failures),
      info: ServerInfo(name: "", title: "", version: "", instructions: ""), tools: [],
      site: Site(kinds: .apiKey, guests: nil, baseURL: nil),
      watcher: Watcher(
        audit: AuditLog(
          Log(level: .off, now: { Timestamp(milliseconds: 0) }, write: { _ in })), metrics: nil,
        now: { 0 }))
    for number in 0..<100_000 {
      let decision = pipeline.decide(
        HTTPRequestHead(
          method: "POST", path: "/mcp", query: nil,
          fields: HTTPFields([("Host", "localhost"), ("X-API-Key", "invalid-key-\(number)")]),
          peer: IPAddress(v4: 1), isEncrypted: false))
      guard case .respond(let response) = decision, response.status == 401 else {
        Issue.record("key \(number) was not refused")
        return
      }
    }
    #expect(requests.count == 0)
    #expect(failures.count == 1)
  }

  /// R9: a clock that goes back mints no tokens and locks nobody out for longer.
  @Test func aClockThatGoesBack() throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "2/minute"])
    harness.advance(seconds: 100)
    for _ in 0..<2 { #expect(call(harness, Self.key).status == 200) }
    harness.advance(seconds: -50)
    let response = call(harness, Self.key)
    #expect(response.status == 429)
    harness.advance(seconds: try seconds(response))
    #expect(call(harness, Self.key).status == 200)
    #expect(call(harness, Self.key).status == 429)
  }
}
