import Crypto
import Support
import TestSupport
import Testing

@testable import State

struct FlowTests {
  let state: AuthorizationState

  init() throws { state = try .inMemory() }

  static func word(_ step: AuthorizationState.FlowStep) -> String {
    switch step {
    case .flow: "flow"
    case .unknown: "unknown"
    case .wrongBrowser: "wrong browser"
    case .expired: "expired"
    }
  }

  private func bind(
    _ name: String = "a", cookie: String = "cookie a", state text: String = "state a",
    now: WallTime = 0
  ) throws -> String {
    Self.word(
      try state.bind(
        digest(name), cookie: digest(cookie), state: digest(text), payload: [1], now: now))
  }

  private func proceed(
    _ name: String = "a", state text: String = "state 2", payload: [UInt8] = [2],
    now: WallTime = 0
  ) throws -> Bool {
    try state.proceed(digest(name), state: digest(text), payload: payload, now: now)
  }

  private func take(
    _ text: String = "state a", cookie: String = "cookie a", now: WallTime = 0
  ) throws -> String {
    Self.word(try state.take(state: digest(text), cookie: digest(cookie), now: now))
  }

  private func finish(
    _ name: String = "a", code: String = "code a", now: WallTime = 0
  ) throws -> Bool {
    try state.finish(
      digest(name), result: Array("result \(name)".utf8), code: digest(code), now: now)
  }

  /// The result as text; `nil` for a wrong code.
  private func complete(
    _ user: String = "github:1", code: String = "code a", now: WallTime = 0
  ) throws -> String? {
    guard
      case .completed(let flow, let result) = try state.complete(
        user: user, code: digest(code), now: now)
    else { return nil }
    return "\(flow.user) \(flow.service) \(String(decoding: result, as: UTF8.self))"
  }

  /// A flow that waits for its completion code.
  private func wait(_ name: String = "a", user: String = "github:1", service: String = "jira")
    throws
  {
    try state.begin(.sample(name, user: user, service: service), now: 0)
    #expect(try bind(name, cookie: "cookie \(name)", state: "state \(name)") == "flow")
    #expect(try take("state \(name)", cookie: "cookie \(name)") == "flow")
    #expect(try finish(name, code: "code \(name)"))
  }

  @Test func theStepsOfAFlow() throws {
    let payload = [UInt8](repeating: 7, count: AuthorizationState.maximumPayloadLength - 4)
    try state.begin(.sample("a", payload: payload), now: 0)
    guard
      case .flow(let bound) = try state.bind(
        digest("a"), cookie: digest("cookie a"), state: digest("state a"), payload: payload,
        now: 99),
      case .flow(let taken) = try state.take(
        state: digest("state a"), cookie: digest("cookie a"), now: 99)
    else {
      Issue.record("a step is refused")
      return
    }
    for flow in [bound, taken] {
      #expect(flow.hash.isEqual(to: digest("a")))
      #expect(flow.user == "github:1" && flow.service == "jira")
      #expect(flow.payload == payload && flow.expiresAt == 100)
    }
    #expect(try finish(now: 99))
    #expect(try complete(now: 99) == "github:1 jira result a")
    #expect(try state.content().isEmpty)
  }

  /// The identity provider comes before the service: each has a `state` and a payload of its own.
  @Test func aFlowGoesOnAfterASignIn() throws {
    try state.begin(.sample("a"), now: 0)
    #expect(try !proceed())
    #expect(try bind() == "flow")
    #expect(try !proceed())  // not before the provider has sent the browser back
    #expect(try take() == "flow")
    #expect(throws: StateError.tooLarge) {
      try proceed(payload: Array(repeating: 0, count: AuthorizationState.maximumPayloadLength + 1))
    }
    #expect(try !proceed(now: 100))
    #expect(try proceed(now: 99))
    #expect(try !proceed())  // once
    #expect(try take() == "unknown")  // the old state has ended
    #expect(try take("state 2", cookie: "cookie b") == "wrong browser")
    guard
      case .flow(let flow) = try state.take(
        state: digest("state 2"), cookie: digest("cookie a"), now: 99)
    else {
      Issue.record("the step is refused")
      return
    }
    #expect(flow.payload == [2])
    #expect(try state.end(digest("a")))
    #expect(try !state.end(digest("a")))
  }

  /// RFC 9700 §4.7: the link of a flow, opened in two browsers.
  @Test func aFlowBelongsToTheFirstBrowser() throws {
    try state.begin(.sample("a"), now: 0)
    #expect(try bind() == "flow")
    let before = try state.content()
    #expect(try bind(cookie: "cookie b", state: "state b") == "wrong browser")
    #expect(try state.content() == before)
    #expect(try take("state b", cookie: "cookie b") == "unknown")
    #expect(try take(cookie: "cookie b") == "wrong browser")
    #expect(try state.content() == before)
    #expect(try take() == "flow")
  }

  /// The person reloads the page.
  @Test func theSameBrowserGetsANewState() throws {
    try state.begin(.sample("a"), now: 0)
    #expect(try bind() == "flow")
    #expect(try bind(state: "state 2") == "flow")
    #expect(try take() == "unknown")
    #expect(try take("state 2") == "flow")
    // The callback was used: the link is void.
    #expect(try bind(state: "state 3") == "unknown")
    #expect(try take("state 3") == "unknown")
  }

  @Test func eachStepWorksOnceAndInItsOrder() throws {
    try state.begin(.sample("a"), now: 0)
    #expect(try take() == "unknown")
    #expect(try !finish())
    #expect(try complete() == nil)
    #expect(try bind() == "flow")
    #expect(try !finish())
    #expect(try take() == "flow")
    #expect(try take() == "unknown")
    #expect(try complete() == nil)
    #expect(try finish())
    #expect(try !finish(code: "code b"))
    #expect(try bind() == "unknown")
    #expect(try complete() == "github:1 jira result a")
    #expect(try complete() == nil)
    #expect(try !finish())
  }

  /// RFC 9700 §4.7: two flows of two browsers, and the callback of the one in the other.
  /// ATTACKS O141
  @Test func theStateOfAnotherFlowIsRefused() throws {
    try state.begin(.sample("a"), now: 0)
    try state.begin(.sample("b", user: "github:2"), now: 0)
    #expect(try bind() == "flow")
    #expect(try bind("b", cookie: "cookie b", state: "state b") == "flow")
    let before = try state.content()
    #expect(try take("state a", cookie: "cookie b") == "wrong browser")
    #expect(try take("state b", cookie: "cookie a") == "wrong browser")
    #expect(try state.content() == before)
    #expect(try take("state b", cookie: "cookie b") == "flow")
    #expect(try take("state a", cookie: "cookie a") == "flow")
  }

  @Test func aFlowExpires() throws {
    for name in ["a", "b", "c", "d"] {
      try state.begin(.sample(name, user: name), now: 0)
    }
    #expect(try bind(now: 100) == "expired")
    for name in ["b", "c", "d"] {
      #expect(try bind(name, cookie: "cookie \(name)", state: "state \(name)") == "flow")
    }
    #expect(try take("state b", cookie: "cookie b", now: 100) == "expired")
    #expect(try take("state c", cookie: "cookie c") == "flow")
    #expect(try !finish("c", now: 100))
    #expect(try take("state d", cookie: "cookie d") == "flow")
    #expect(try finish("d", code: "code d", now: 99))
    #expect(try complete("d", code: "code d", now: 100) == nil)
    #expect(try complete("d", code: "code d", now: 99) == "d jira result d")
  }

  /// A link that was sent to another person: their account must not be connected to the sender.
  /// ATTACKS O142
  @Test func theCodeOfAnotherUserChangesAndSaysNothing() throws {
    try wait()
    let before = try state.content()
    // The same answer for the code of another user as for no code, and no change of their flow.
    #expect(try complete("github:2", code: "code a") == nil)
    #expect(try complete("github:2", code: "no code") == nil)
    #expect(try state.content() == before)
    // A user with a flow of their own learns nothing either. Only their own flow counts the wrong code.
    try wait("b", user: "github:2")
    for _ in 0..<9 { #expect(try complete("github:2", code: "code a") == nil) }
    #expect(try complete("github:2", code: "code b") == nil)
    #expect(try complete() == "github:1 jira result a")
  }

  /// ATTACKS O142
  @Test func wrongCodesEndAFlow() throws {
    try wait("a")
    try wait("b", service: "confluence")
    for _ in 0..<4 { #expect(try complete(code: "wrong") == nil) }
    #expect(try complete(code: "code a") == "github:1 jira result a")
    #expect(try complete(code: "wrong") == nil)
    #expect(try complete(code: "code b") == nil)
    #expect(try state.content().isEmpty)
  }

  @Test func aNewFlowReplacesTheOneBefore() throws {
    try wait("a")
    try state.begin(.sample("other", service: "confluence"), now: 0)
    try state.begin(.sample("b"), now: 0)
    #expect(try complete() == nil)
    #expect(try bind("b", cookie: "cookie b", state: "state b") == "flow")
    #expect(try bind("other", cookie: "cookie o", state: "state o") == "flow")
    #expect(try state.content().count == 2)
  }

  @Test func aFlowCanBeEnded() throws {
    try state.begin(.sample("a"), now: 0)
    #expect(try bind() == "flow")
    try state.end(digest("a"))
    #expect(try take() == "unknown")
  }

  /// ASVS 15.2.2
  @Test func aFlowIsBounded() throws {
    let long = [UInt8](repeating: 0, count: AuthorizationState.maximumPayloadLength - 3)
    let rows: [UpstreamFlow] = [
      .sample("a", payload: long), .sample("a", user: ""),
      .sample("a", user: String(repeating: "a", count: 4097)),
    ]
    for flow in rows {
      #expect(throws: StateError.tooLarge) { try state.begin(flow, now: 0) }
    }
    try state.begin(.sample("a"), now: 0)
    #expect(try bind() == "flow")
    #expect(try take() == "flow")
    let result = [UInt8](repeating: 0, count: AuthorizationState.maximumResultLength + 1)
    #expect(throws: StateError.tooLarge) {
      try state.finish(digest("a"), result: result, code: digest("c"), now: 0)
    }
  }

  /// A flood must not end the flow of another person.
  @Test func aFullTableRefusesTheNewOne() throws {
    let state = try AuthorizationState.inMemory { $0.upstreamFlows = 2 }
    try state.begin(.sample("a", user: "a", until: 10), now: 0)
    try state.begin(.sample("b", user: "b", until: 20), now: 0)
    let before = try state.content()
    #expect(throws: StateError.full) { try state.begin(.sample("c", user: "c"), now: 9) }
    #expect(throws: StateError.full) {
      try state.begin(.sample("c", user: "a", service: "jenkins"), now: 9)
    }
    #expect(try state.content() == before)
    // A flow again is no new one, and an expired one gives its place.
    try state.begin(.sample("b 2", user: "b", until: 20), now: 9)
    try state.begin(.sample("c", user: "c"), now: 10)
    #expect(throws: StateError.full) { try state.begin(.sample("d", user: "d"), now: 10) }
  }
}
