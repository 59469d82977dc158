import TestSupport
import Testing

@testable import HTTPTransport

/// RFC 9112 §11.2: the rows of `FramingAttack` on one connection without a socket. `AttackTests`
/// sends the same rows to the whole server over TCP and over TLS.
struct RequestAttackTests {
  @Test(arguments: FramingAttack.all)
  func answersOnceAndCloses(_ attack: FramingAttack) throws {
    let wire = try Wire()
    try wire.send(attack.bytes)
    // Immediately: the server does not wait for the end of a request that is too long.
    let answer = try wire.received()
    try wire.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(Wire.statuses(answer) == ["\(attack.status)"])
    #expect(answer.contains("\r\nConnection: close\r\n"))
    #expect(try wire.received() == "")
    wire.advance(seconds: 20)
    #expect(!wire.isOpen)
  }

  @Test(arguments: FramingAttack.all.filter { $0.bytes.count < 1000 })
  func answersTheSameByteByByte(_ attack: FramingAttack) throws {
    let wire = try Wire()
    for byte in attack.bytes { try wire.send([byte]) }
    #expect(Wire.statuses(try wire.received()) == ["\(attack.status)"])
  }

  /// Each attack has one row, so that a failure identifies it.
  @Test func everyRowHasItsName() {
    let names = FramingAttack.all.map(\.description)
    #expect(Set(names).count == names.count)
    #expect(Set(FramingAttack.all.map(\.bytes)).count == names.count)
  }
}
