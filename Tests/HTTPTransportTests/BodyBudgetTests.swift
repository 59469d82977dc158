import NIOCore
import NIOEmbedded
import Testing
import TestSupport

@testable import HTTPTransport

/// ATTACKS R13: the bodies of all connections share one budget, and every request returns its part
/// when it ends.
struct BodyBudgetTests {
  private static func head(_ length: Int) -> String {
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
  }

  private static let chunkedHead =
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

  /// A body over the budget gets 503 and closes its connection. The others continue.
  @Test func aBodyOverTheBudgetIs503() throws {
    let budget = BodyBudget(limit: 100)
    let (first, second) = (try Wire(bodies: budget), try Wire(bodies: budget))
    try first.send(Self.head(80) + String(repeating: "a", count: 60))
    #expect(budget.charged == 60)
    try second.send(Self.head(50) + String(repeating: "b", count: 40))
    #expect(budget.charged == 100)
    try second.send("b")
    #expect(Wire.statuses(try second.received()) == ["503"])
    #expect(second.echo.record.all == ["overloaded"])
    #expect(budget.charged == 60)
    try second.send(String(repeating: "b", count: 9) + ConnectionTests.get)
    #expect(try second.received() == "", "the connection ends")

    try first.send(String(repeating: "a", count: 20))
    #expect(Wire.statuses(try first.received()) == ["200"])
    #expect(budget.charged == 0)
  }

  /// The budget is charged for the bytes that have arrived, not for the announced length.
  @Test func aHeadAloneIsNotCharged() throws {
    let budget = BodyBudget(limit: 100)
    let wire = try Wire(bodies: budget)
    try wire.send(Self.head(1 << 20))
    #expect(budget.charged == 0)
  }

  /// The body stays in memory while the responder works on its request.
  @Test func theBodyIsChargedUntilItsRequestIsOver() throws {
    let budget = BodyBudget(limit: 100)
    let wire = try Wire(bodies: budget)
    try wire.send(
      "POST /held HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n"
        + String(repeating: "a", count: 60))
    #expect(wire.echo.held.count == 1)
    #expect(budget.charged == 60)
    wire.echo.held.release()
    #expect(Wire.statuses(try wire.received()) == ["200"])
    #expect(budget.charged == 0)
  }

  /// A part of a body over the budget is not kept.
  @Test func aPartThatDoesNotFitIsNotCharged() throws {
    let budget = BodyBudget(limit: 100)
    let body = ArrivedBody(budget)
    #expect(body.append([1, 2, 3]))
    #expect(!body.append([UInt8](repeating: 0, count: 98)))
    #expect(body.bytes == [1, 2, 3])
    #expect(budget.charged == 3)
  }

  /// The possible ends of a request with a body.
  enum End: CaseIterable {
    case whole, aborted, halfClosed, timeout, malformed, tooLarge, stopped, reset
  }

  @Test(arguments: End.allCases)
  func everyEndGivesTheBudgetBack(_ end: End) throws {
    let budget = BodyBudget(limit: 1 << 20)
    var limits = HTTPLimits()
    limits.body = 100
    try use(try Wire(limits, bodies: budget), end, budget, part: "abc", expectsCharge: true)
    #expect(budget.charged == 0)
  }

  private func use(
    _ wire: Wire, _ end: End, _ budget: BodyBudget, part: String, expectsCharge: Bool
  ) throws {
    try wire.send(Self.chunkedHead + "3\r\n\(part)\r\n")
    if expectsCharge { #expect(budget.charged == part.utf8.count) }
    guard wire.isOpen else { return }
    switch end {
    case .whole: try wire.send("0\r\n\r\n")
    case .aborted: try? wire.close()
    case .halfClosed: wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    case .timeout: wire.advance(seconds: 11)
    case .malformed: try wire.send("no chunk\r\n")
    case .tooLarge: try wire.send("ff\r\n" + String(repeating: "x", count: 255) + "\r\n")
    case .stopped:
      wire.stop()
      wire.advance(seconds: 11)
    case .reset: wire.channel.pipeline.fireErrorCaught(ChannelError.ioOnClosedChannel)
    }
    _ = try wire.received()
  }

  /// Many connections share a small budget and end in different ways. The budget is never exceeded,
  /// and is whole at the end.
  @Test(arguments: 0..<20)
  func whenAllConnectionsAreGoneTheBudgetIsWhole(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let budget = BodyBudget(limit: 20)
    var limits = HTTPLimits()
    limits.body = 100
    var wires: [Wire] = []
    for _ in 0..<200 {
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        let wire = try Wire(limits, bodies: budget)
        try wire.send(Self.head(10) + "abc")
        wires.append(wire)
      case 1 where !wires.isEmpty:
        let wire = wires.remove(at: Int.random(in: 0..<wires.count, using: &random))
        try? wire.close()
      default:
        let end = End.allCases.randomElement(using: &random) ?? .whole
        try use(try Wire(limits, bodies: budget), end, budget, part: "abc", expectsCharge: false)
      }
      #expect(0...20 ~= budget.charged)
    }
    for wire in wires { try? wire.close() }
    wires = []
    #expect(budget.charged == 0)
  }
}
