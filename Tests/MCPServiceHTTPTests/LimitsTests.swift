import Calculator
import Support
import Auth
import MCPService
import MCP
import Testing
import TestSupport
import TestHarness

@testable import MCPServiceHTTP
@testable import HTTPTransport

/// The rate limit and the failure limit, with clocks that only the test moves.
struct LimitsTests {
  static let call = [
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

  /// RFC 9110 §10.2.3: a caller that waits for `Retry-After` is accepted.
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

  /// The same for the failure limit.
  @Test func waitingSufficesAfterFailures() throws {
    let harness = try HTTPHarness()
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    let response = call(harness, Self.wrong)
    #expect(response.status == 429)
    let wait = try seconds(response)
    harness.advance(seconds: wait - 1)
    #expect(call(harness, Self.wrong).status == 429)
    harness.advance(seconds: 1)
    #expect(call(harness, Self.wrong).status == 401)
  }

  /// draft-ietf-httpapi-ratelimit-headers §4: the announced values are correct.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func theFieldsAreTrue(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "20/minute"])
    for _ in 0..<30 {
      let response = call(harness, Self.key)
      let (remaining, reset) = try numbers(response)
      // The remaining requests are accepted, and the next one is not.
      if Bool.random(using: &random) {
        for _ in 0..<remaining { #expect(call(harness, Self.key).status == 200) }
        #expect(call(harness, Self.key).status == 429)
      } else {
        // After the announced time all of them are available again.
        harness.advance(seconds: reset)
        #expect(try numbers(call(harness, Self.key)).remaining == 19)
      }
      harness.advance(seconds: Int.random(in: 0...9, using: &random))
    }
  }

  /// `"default";r=19;t=3`
  private func numbers(_ response: HTTPResponse) throws -> (remaining: Int, reset: Int) {
    #expect(response["RateLimit-Policy"] == [#""default";q=20;w=60"#])
    let parts = try #require(response["RateLimit"].first).parts(at: ";")
    return (
      try #require(Int(parts[1].replacing("r=", with: ""))),
      try #require(Int(parts[2].replacing("t=", with: "")))
    )
  }

  // MARK: Failures

  static func basic(_ user: String, _ password: String) -> (String, String) {
    ("Authorization", "Basic " + Base64.standard.text(of: Array("\(user):\(password)".utf8)))
  }
  private static let password = basic(HTTPHarness.user, HTTPHarness.password)
  private static let bearer = ("Authorization", "Bearer \(HTTPHarness.key)")

  /// The bytes of a 429, which reveal nothing about the credential.
  private func isLimited(_ answer: HTTPResponse) -> Bool {
    let message = "Too many requests: try again in \(answer["Retry-After"].first ?? "") s"
    return answer.status == 429 && answer.text == Wire.error(429, message, id: "null")
      && answer["WWW-Authenticate"].isEmpty
  }

  /// C16: ten wrong keys block further guesses from an address, but no credential that cannot be
  /// guessed.
  @Test func theFailureLimitWithholdsOnlyGuesses() throws {
    let harness = try HTTPHarness(["CALCULATOR_GUEST_ROLE": "basic"])
    #expect(call(harness, Self.password).status == 200, "from now on it is remembered")
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    _ = harness.takeLog()
    let token = ("Authorization", "Bearer \(try harness.token(for: "ben"))")
    for right in [Self.key, Self.bearer, token, Self.password, nil] {
      #expect(call(harness, right).status == 200)
    }
    #expect(harness.takeLog().allSatisfy { $0.contains(#""outcome":"accepted""#) })
    let wrong = [
      Self.wrong, ("Authorization", "Bearer a.b.c"), ("Authorization", "Basic !"),
      Self.basic(HTTPHarness.user, "wrong"), Self.basic("nobody", "wrong"),
    ]
    let answers = wrong.map { call(harness, $0) }
    for answer in answers { #expect(isLimited(answer)) }
    #expect(Set(answers.map { $0["Retry-After"] }) == [["6"]])
    let log = harness.takeLog()
    #expect(log.count == wrong.count)
    #expect(log.allSatisfy { $0.contains(#""outcome":"limited""#) })
    #expect(call(harness, Self.wrong, from: "127.0.0.2").status == 401, "others are not affected")
  }

  /// A request without a credential, or with two, is not an attempt, because nothing is checked.
  @Test func whatIsNoAttemptIsNotCharged() throws {
    let harness = try HTTPHarness()
    for _ in 0..<20 {
      #expect(call(harness, nil).status == 401)
      #expect(call(harness, Self.wrong, Self.bearer).status == 400)
    }
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    #expect(isLimited(call(harness, Self.wrong)))
  }

  /// C16: over the limit, a correct password that is not remembered for this address gets the same
  /// response as a wrong one.
  @Test func aPasswordThatIsNotRememberedIsWithheld() throws {
    let harness = try HTTPHarness()
    #expect(call(harness, Self.password, from: "127.0.0.2").status == 200)
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    #expect(isLimited(call(harness, Self.password)))
    #expect(isLimited(call(harness, Self.basic(HTTPHarness.user, "wrong"))))
    #expect(call(harness, Self.password, from: "127.0.0.2").status == 200)
  }

  /// Over the limit a remembered password is not an oracle: after ten wrong guesses it is refused
  /// too.
  @Test func guessesBeyondTheLimitAreNotAnswered() throws {
    let harness = try HTTPHarness()
    #expect(call(harness, Self.password).status == 200)
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    for guess in 0..<10 {
      #expect(call(harness, Self.password).status == 200, "before guess \(guess)")
      #expect(isLimited(call(harness, Self.basic(HTTPHarness.user, "guess \(guess)"))))
    }
    #expect(isLimited(call(harness, Self.password)))
    harness.advance(seconds: 60)
    #expect(call(harness, Self.password).status == 200)
  }

  /// Weak keys and secrets can be guessed: over the limit a correct one and a wrong one get the
  /// same bytes.
  @Test func weakSecretsAreWithheld() throws {
    let harness = try HTTPHarness(["CALCULATOR_ALLOW_WEAK_SECRETS": "true"])
    for _ in 0..<20 { #expect(call(harness, Self.key).status == 200, "a right one is refunded") }
    let token = ("Authorization", "Bearer \(try harness.token())")
    for _ in 0..<20 { #expect(call(harness, token).status == 200) }
    for _ in 0..<10 { #expect(call(harness, Self.wrong).status == 401) }
    for credential in [Self.key, Self.bearer, token, Self.wrong] {
      #expect(isLimited(call(harness, credential)))
    }
    harness.advance(seconds: 6)
    #expect(call(harness, Self.key).status == 200)
    #expect(call(harness, Self.wrong).status == 401)
    #expect(isLimited(call(harness, Self.key)))
  }

  // MARK: The queue of passwords

  private let executor = TestExecutor()

  /// Sends requests until one is answered immediately, up to 1,000.
  /// - Returns: the requests before it, which wait for the pool.
  private func queued(
    _ harness: HTTPHarness, _ credential: (String, String), from peer: String = "127.0.0.1"
  ) -> [TestExecutor.Pending<HTTPResponse>] {
    var all: [TestExecutor.Pending<HTTPResponse>] = []
    while all.count < 1000 {
      let request = harness.request(
        fields: Self.call + [credential], body: Wire.call("add", #""a":1,"b":2"#), from: peer)
      let pending = executor.start { await harness.service.respond(to: request) }
      guard pending.value == nil else { break }
      all.append(pending)
    }
    return all
  }

  /// R11: an attempt is charged once, before it waits for a thread, so no more attempts wait than
  /// the limit allows.
  @Test func aPasswordIsChargedWhenItIsQueued() throws {
    let pool = HeldPool()
    let harness = try HTTPHarness(pool: pool)
    let wrong = Self.basic(HTTPHarness.user, "wrong")
    let waiting = queued(harness, wrong)
    #expect(waiting.count == 10)
    #expect(isLimited(call(harness, wrong)))
    pool.release()
    for pending in waiting { #expect(executor.wait(for: pending).status == 401) }
    harness.advance(seconds: 60)
    #expect(queued(harness, wrong).count == 10, "a failure costs one attempt, not two")
    pool.release()
    executor.runAll()
  }

  /// A correct password is not charged.
  @Test func aRightPasswordIsRefunded() throws {
    let pool = HeldPool()
    let harness = try HTTPHarness(pool: pool)
    let waiting = queued(harness, Self.password)
    #expect(waiting.count == 10)
    pool.release()
    for pending in waiting { #expect(executor.wait(for: pending).status == 200) }
    #expect(queued(harness, Self.basic(HTTPHarness.user, "wrong")).count == 10)
    pool.release()
    executor.runAll()
  }

  /// A password that is refused because the queue is full is not charged.
  @Test func whatIsNotCheckedIsRefunded() throws {
    let pool = HeldPool(refuses: true)
    let harness = try HTTPHarness(pool: pool)
    for _ in 0..<3 {
      let waiting = queued(harness, Self.basic(HTTPHarness.user, "wrong"))
      #expect(waiting.count == 10)
      pool.release()
      for pending in waiting {
        let response = executor.wait(for: pending)
        #expect(response.status == 503)
        #expect(response["Retry-After"] == ["1"])
      }
    }
    #expect(harness.takeLog().contains { $0.contains(#""address":"127.0.0.1""#) })
  }

  /// A server that accepts the tokens of a provider that is down.
  private struct Unavailable: Authenticator {
    let isChargedBefore: Bool
    let scheme: Challenge.Scheme? = .bearer

    func handles(_: Credential) -> Bool { true }
    func canBeGuessed(_: Credential) -> Bool { isChargedBefore }
    func authenticate(_: Credential, from _: Client) async throws(AuthenticationError) -> Identity {
      throw .providerUnavailable
    }
  }

  /// O24: a token that the provider did not check is not charged, before or after.
  @Test(arguments: [true, false])
  func whatTheProviderDidNotCheckIsRefunded(_ isChargedBefore: Bool) throws {
    let harness = try HTTPHarness()
    let configuration = try HTTPHarness.configuration([:])
    let definition = CalculatorServer.http
    let pipeline = HTTPPipeline(
      hosts: configuration.hosts, origins: configuration.origins, proxies: configuration.proxies,
      authentication: Authentication([Unavailable(isChargedBefore: isChargedBefore)]),
      limits: Limits(requests: nil, failures: RateLimit(count: 10, period: .minute)),
      info: definition.info, tools: definition.tools,
      page: LandingPage(
        kinds: .token, guests: nil, baseURL: configuration.baseURL, offering: definition),
      audit: AuditLog(Log(level: .off, now: { 0 }, write: { _ in })), metrics: nil, now: { 0 })
    let request = harness.request(fields: Self.call + [Self.bearer])
    for _ in 0..<20 {
      let response = ThreadExecutor.run { await pipeline.respond(to: request) }
      #expect(response.status == 503)
      #expect(response["Retry-After"] == ["5"])
    }
  }

  /// R11: one customer, with an IPv4 address or a /48, has one share of the queue.
  @Test func aCustomerHasOneShareOfTheQueue() throws {
    let pool = HeldPool()
    let harness = try HTTPHarness(["CALCULATOR_FAILURE_LIMIT": "off"], pool: pool)
    func client(_ peer: String) throws -> Bits128 {
      let request = harness.request(fields: Self.call + [Self.password], from: peer)
      #expect(executor.start { await harness.service.respond(to: request) }.value == nil)
      return try #require(pool.clients.last)
    }
    #expect(try client("2001:db8:7::1") == client("2001:db8:7:ffff::1"))
    #expect(try client("2001:db8:7::1") != client("2001:db8:8::1"))
    #expect(try client("10.0.0.1") != client("10.0.0.2"))
    #expect(try client("10.0.0.1") == client("::ffff:10.0.0.1"))
    pool.release()
    executor.runAll()
  }

  // MARK: Networks

  /// R11: 256 networks /64 of one /56 have as many attempts as four addresses, and 256 networks /56
  /// of one /48 as many as sixteen.
  @Test func aNetworkHasABucketOfItsOwn() throws {
    let harness = try HTTPHarness()
    func failures(_ peers: [String]) -> Int {
      peers.reduce(0) { sum, peer in
        sum + (0..<11).count { _ in call(harness, Self.wrong, from: peer).status == 401 }
      }
    }
    func network(_ number: Int) -> [String] {  // 2001:db8:0:NN00::/56
      (0..<256).map { "2001:db8:0:\(String(number << 8 | $0, radix: 16))::1" }
    }
    #expect(failures(["2001:db8:0:0::1", "2001:db8:0:0::2"]) == 10, "an address is a /64")
    #expect(failures(network(0)) == 30, "40 with the first ones")
    #expect(failures(network(1)) == 40)
    #expect((2..<256).reduce(0) { $0 + failures([network($1)[0]]) } == 80, "160 in all")
    #expect(call(harness, Self.wrong, from: "2001:db8:1::1").status == 401, "another /48")
    #expect(call(harness, Self.key, from: "2001:db8:0:0::1").status == 200)
  }

  /// RFC 9110 §10.2.3: waiting is enough, whichever bucket is empty.
  @Test func waitingSufficesForANetwork() throws {
    let harness = try HTTPHarness(["CALCULATOR_FAILURE_LIMIT": "2/minute"])
    for number in 0..<40 {
      let peer = "2001:db8:0:\(String(number * 64, radix: 16))::1"
      for _ in 0..<3 {
        let response = call(harness, Self.wrong, from: peer)
        guard response.status == 429 else { continue }
        harness.advance(seconds: try seconds(response))
        #expect(call(harness, Self.wrong, from: peer).status == 401)
      }
    }
  }

  /// A request that the bucket of a network refuses is not charged to the address.
  @Test func aRefusalChargesNoBucket() throws {
    let harness = try HTTPHarness()
    for number in 0..<4 {
      for _ in 0..<10 { _ = call(harness, Self.wrong, from: "2001:db8:0:\(number)::1") }
    }
    for _ in 0..<20 {
      #expect(call(harness, Self.wrong, from: "2001:db8::5:0:0:0:1").status == 429)
    }
    harness.advance(seconds: 16)  // more than ten tokens of the /56, and two of a /64
    for _ in 0..<10 {
      #expect(call(harness, Self.wrong, from: "2001:db8::5:0:0:0:1").status == 401)
    }
  }

  /// Requests without a credential do not count as failures.
  @Test func noCredentialIsNoFailure() throws {
    let harness = try HTTPHarness()
    for _ in 0..<50 { #expect(call(harness, nil).status == 401) }
    #expect(call(harness, Self.key).status == 200)
  }

  /// R3: all addresses of one /64 are one guest.
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
    // An IPv4-mapped address is the same address (RFC 4291 §2.5.5.2).
    for _ in 0..<4 { #expect(call(harness, nil, from: "::ffff:10.0.0.1").status == 200) }
    #expect(call(harness, nil, from: "10.0.0.1").status == 429)
  }

  /// R7: a user with a new token for each call has one bucket.
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

  /// One key has one bucket, in both fields and from every address.
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

  /// A request that is refused later still takes a token.
  @Test func aRefusedRequestCounts() throws {
    let harness = try HTTPHarness(["CALCULATOR_RATE_LIMIT": "2/minute"])
    let fields = Self.call.filter { $0.0 != "Content-Type" } + [Self.key]
    #expect(harness.send(fields: fields).status == 415)
    #expect(harness.send(fields: Self.call + [Self.key], body: "{").status == 400)
    #expect(call(harness, Self.key).status == 429)
  }

  // MARK: Memory

  /// R5: a million addresses that fail: the memory is bounded, and no blocked address is accepted.
  @Test func aMillionAddresses() throws {
    let failures = AddressLimit(RateLimit(count: 1, period: .hour))
    let limits = Limits(requests: nil, failures: failures)
    let first = IPAddress(v4: 0)
    try limits.charge(first, at: 0)
    for number in 1..<UInt32(1_000_000) {
      try? limits.charge(IPAddress(v4: number), at: MonotonicTime(nanoseconds: Int(number)))
    }
    #expect(failures.tables.map(\.count) == [100_000, 0, 0])
    #expect(throws: HTTPProblem.self) { try limits.charge(first, at: 1_000_000) }
  }

  /// R6: a caller who is not authenticated gets no bucket of an identity, and an address has one
  /// for failures.
  @Test func invalidKeysMintNoBuckets() throws {
    let limit = RateLimit(count: 1_000_000, period: .hour)
    let (requests, failures) = (BucketTable(limit: limit), AddressLimit(limit))
    let pipeline = HTTPPipeline(
      hosts: AllowedHosts([]), origins: AllowedOrigins([]), proxies: TrustedProxies([]),
      authentication: Authentication([
        APIKeyAuthenticator(APIKeyStore([]), now: { WallTime(milliseconds: 0) })
      ]),
      limits: Limits(requests: requests, failures: failures),
      info: ServerInfo(name: "", title: "", version: "", instructions: ""), tools: [],
      page: LandingPage(kinds: .apiKey, guests: nil, baseURL: nil, offering: CalculatorServer.http),
      audit: AuditLog(Log(level: .off, now: { WallTime(milliseconds: 0) }, write: { _ in })),
      metrics: nil, now: { 0 })
    let refused = ThreadExecutor.run {
      for number in 0..<100_000 {
        let request = HTTPRequest(
          method: "POST", path: "/mcp", query: nil,
          fields: HTTPFields([("Host", "localhost"), ("X-API-Key", "invalid-key-\(number)")]),
          peer: IPAddress(v4: 1), isEncrypted: false, body: { _ in .success([]) })
        guard await pipeline.respond(to: request).status == 401 else { return number }
      }
      return 100_000
    }
    #expect(refused == 100_000)
    #expect(requests.count == 0)
    #expect(failures.tables.map(\.count) == [1, 0, 0])
  }

  /// R9: a clock that is set back gives no tokens, and blocks nobody for longer.
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
