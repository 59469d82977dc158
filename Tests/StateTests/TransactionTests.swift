import Support
import TestSupport
import Testing

@testable import State

struct TransactionTests {
  static func sample(_ name: String, until end: WallTime = 100, payload: [UInt8] = [1])
    -> SignInTransaction
  {
    SignInTransaction(
      hash: digest(name), cookieHash: digest("cookie \(name)"), payload: payload, expiresAt: end)
  }

  /// ATTACKS O82
  @Test func aTransactionIsTakenOnce() throws {
    let state = try AuthorizationState.inMemory()
    let payload = [UInt8](repeating: 7, count: AuthorizationState.maximumPayloadLength)
    try state.begin(Self.sample("a", payload: payload), now: 0)
    #expect(try state.take(digest("a"), cookie: digest("cookie a"), now: 99) == .payload(payload))
    #expect(try state.take(digest("a"), cookie: digest("cookie a"), now: 99) == .unknown)
  }

  /// RFC 9700 §4.7
  /// ATTACKS O82
  @Test func aWrongCookieLeavesTheTransaction() throws {
    let state = try AuthorizationState.inMemory()
    try state.begin(Self.sample("a"), now: 0)
    try state.begin(Self.sample("b"), now: 0)
    #expect(try state.take(digest("a"), cookie: digest("cookie b"), now: 1) == .wrongCookie)
    #expect(try state.take(digest("a"), cookie: digest("cookie a"), now: 1) == .payload([1]))
    #expect(try state.take(digest("b"), cookie: digest("cookie b"), now: 1) == .payload([1]))
  }

  /// The consent page reads it, and the decision ends it.
  @Test func aTransactionCanBeReadBefore() throws {
    let state = try AuthorizationState.inMemory()
    try state.begin(Self.sample("a"), now: 0)
    #expect(try state.peek(digest("a"), cookie: digest("cookie b"), now: 1) == .wrongCookie)
    #expect(try state.peek(digest("b"), cookie: digest("cookie b"), now: 1) == .unknown)
    for _ in 0..<2 {
      #expect(try state.peek(digest("a"), cookie: digest("cookie a"), now: 99) == .payload([1]))
    }
    #expect(try state.peek(digest("a"), cookie: digest("cookie a"), now: 100) == .expired)
  }

  @Test func aTransactionExpires() throws {
    let state = try AuthorizationState.inMemory()
    try state.begin(Self.sample("a"), now: 0)
    #expect(try state.take(digest("a"), cookie: digest("cookie a"), now: 100) == .expired)
    #expect(try state.take(digest("a"), cookie: digest("cookie a"), now: 100) == .unknown)
  }

  @Test func aLongPayloadIsRefused() throws {
    let state = try AuthorizationState.inMemory()
    let payload = [UInt8](repeating: 0, count: AuthorizationState.maximumPayloadLength + 1)
    #expect(throws: StateError.tooLarge) {
      try state.begin(Self.sample("a", payload: payload), now: 0)
    }
  }

  /// A flood must not end the sign-in of another person.
  /// ATTACKS O83
  @Test func aFullTableRefusesTheNewOne() throws {
    let state = try AuthorizationState.inMemory { $0.transactions = 2 }
    try state.begin(Self.sample("a", until: 10), now: 0)
    try state.begin(Self.sample("b", until: 20), now: 0)
    for _ in 0..<3 {
      #expect(throws: StateError.full) { try state.begin(Self.sample("c"), now: 9) }
    }
    // An expired one gives its place.
    try state.begin(Self.sample("c"), now: 10)
    #expect(throws: StateError.full) { try state.begin(Self.sample("d"), now: 10) }
    #expect(try state.take(digest("b"), cookie: digest("cookie b"), now: 11) == .payload([1]))
    try state.begin(Self.sample("d"), now: 11)
  }
}
