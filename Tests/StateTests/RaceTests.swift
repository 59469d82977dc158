import Dispatch
import Support
import Synchronization
import TestSupport
import Testing

@testable import State

/// Each atomic step, 32 times at once over two connections on one file.
struct RaceTests {
  let folder: TemporaryFolder
  let states: [AuthorizationState]

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    states = try (0..<2).map { _ in try AuthorizationState(path: folder.path()) }
  }

  /// Runs it on threads that start together, since a method may block its thread.
  private func race<Result: Sendable>(
    _ operation: @Sendable (AuthorizationState, Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex<[Swift.Result<Result, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: 32) { number in
      let result = Swift.Result { try operation(states[number % 2], number) }
      results.withLock { $0.append(result) }
    }
    return try results.withLock { $0 }.map { try $0.get() }
  }

  /// OAuth 2.1 §4.1.3
  /// ATTACKS O74
  @Test func oneOfManyRequestsRedeemsACode() throws {
    try states[0].issueCode(digest("a"), .sample(), now: 0)
    let results = try race { state, number in
      try state.redeem("a", grant: "g\(number)", token: "t\(number)")
    }
    let granted = results.compactMap { if case .granted(let grant) = $0 { grant.id } else { nil } }
    #expect(granted.count == 1)
    #expect(results.filter { $0 == .reused(grant: granted.first) }.count == 31)
    #expect(try states[1].grants().map(\.id) == granted)
    #expect(try !states[1].isActive(granted.first ?? "", now: 0))
  }

  /// RFC 9700 §4.14.2
  @Test func oneOfManyRequestsRotatesAToken() throws {
    try states[0].makeGrant("a")
    let results = try race { state, number in try state.rotate("a", to: "t\(number)") }
    #expect(results.filter { if case .rotated = $0 { true } else { false } }.count == 1)
    #expect(results.filter { $0 == .reused(grant: "a") }.count == 31)
    #expect(try !states[1].isActive("a", now: 0))
    for number in 0..<32 {
      let result = try states[0].rotate("t\(number)", to: "x")
      #expect(result == .ended || result == .unknown)
    }
  }

  @Test func oneOfManyRequestsTakesATransaction() throws {
    try states[0].begin(TransactionTests.sample("a"), now: 0)
    let results = try race { state, _ in
      try state.take(digest("a"), cookie: digest("cookie a"), now: 1)
    }
    #expect(results.filter { $0 == .payload([1]) }.count == 1)
    #expect(results.filter { $0 == .unknown }.count == 31)
  }

  @Test func oneOfManyFirstKeysIsStored() throws {
    let results = try race { state, number in
      try state.addKey(
        StoredSigningKey(id: "\(number)", privateKey: [1], createdAt: 0), onlyAsFirst: true)
    }
    #expect(results.filter { $0 }.count == 1)
    #expect(try states[0].keys().count == 1)
  }

  @Test func theBoundOfClientsHolds() throws {
    let results = try race { state, number in
      do throws(StateError) {
        try state.register(.sample("\(number)"), limit: 10, now: 0)
        return true
      } catch {
        guard error == .full else { throw error }
        return false
      }
    }
    #expect(results.filter { $0 }.count == 10)
    #expect(try states[0].clients().count == 10)
  }

  @Test func oneOfManyRenewalsGetsTheLease() throws {
    try states[0].connect()
    let results = try race { state, number in try state.lease("\(number)") }
    #expect(results.filter { if case .leased = $0 { true } else { false } }.count == 1)
    #expect(results.filter { if case .held = $0 { true } else { false } }.count == 31)
  }

  @Test func oneOfManyCallbacksTakesAFlow() throws {
    try states[0].begin(UpstreamFlow.sample("a"), now: 0)
    _ = try states[0].bind(
      digest("a"), cookie: digest("c"), state: digest("s"), payload: [], now: 0)
    let results = try race { state, _ in
      try state.take(state: digest("s"), cookie: digest("c"), now: 1)
    }
    #expect(results.filter { if case .flow = $0 { true } else { false } }.count == 1)
    #expect(results.filter { if case .unknown = $0 { true } else { false } }.count == 31)
  }

  @Test func oneOfManyCallsCompletesAFlow() throws {
    try states[0].begin(UpstreamFlow.sample("a"), now: 0)
    _ = try states[0].bind(
      digest("a"), cookie: digest("c"), state: digest("s"), payload: [], now: 0)
    _ = try states[0].take(state: digest("s"), cookie: digest("c"), now: 1)
    _ = try states[0].finish(digest("a"), result: [7], code: digest("code"), now: 1)
    let results = try race { state, _ in
      try state.complete(user: "github:1", code: digest("code"), now: 2)
    }
    #expect(results.filter { if case .completed = $0 { true } else { false } }.count == 1)
  }

  @Test func aRevocationIsSeenByTheOtherConnection() throws {
    try states[0].makeGrant("a")
    #expect(try states[1].isActive("a", now: 0))
    #expect(try states[0].revoke(digest("a"), client: "c", now: 0) == "a")
    #expect(try !states[1].isActive("a", now: 0))
  }
}
