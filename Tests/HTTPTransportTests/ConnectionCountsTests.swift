import Support
import Testing

@testable import HTTPTransport

/// R12: a client with one address, or with many of one network, cannot take all connections.
struct ConnectionCountsTests {
  private func counts(_ perClient: Int, all: Int = 1000) -> ConnectionCounts {
    var limits = HTTPLimits()
    limits.connectionsPerClient = perClient
    limits.connections = all
    return ConnectionCounts(limits: limits)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The address of each connection, by its number.
    let address: @Sendable (Int) -> String
    /// How many of a thousand connections are accepted, if a client may have ten.
    let most: Int

    init(_ name: String, _ most: Int, _ address: @escaping @Sendable (Int) -> String) {
      (testDescription, self.address, self.most) = (name, address, most)
    }
  }

  private static func hex(_ number: Int) -> String { String(number, radix: 16) }

  static let rows = [
    Row("one IPv4 address", 10) { _ in "192.0.2.1" },
    Row("one IPv4 address, mapped", 10) { $0 % 2 == 0 ? "192.0.2.1" : "::ffff:192.0.2.1" },
    Row("two IPv4 addresses", 20) { $0 % 2 == 0 ? "192.0.2.1" : "192.0.2.2" },
    Row("addresses of one /64", 10) { "2001:db8:0:1::\(hex($0))" },
    Row("/64s of one /56", 20) { "2001:db8:0:\(hex($0 % 256))::1" },
    Row("/64s of two /56s", 40) { "2001:db8:0:\(hex($0 % 512))::1" },
    Row("/64s of one /48", 40) { "2001:db8:0:\(hex($0 * 61 % 65_536))::1" },
    Row("/64s of two /48s", 80) { "2001:db8:\($0 % 2):\(hex($0 * 61 % 65_536))::1" },
  ]

  @Test(arguments: rows)
  func isBounded(_ row: Row) throws {
    var counts = counts(10)
    var taken = 0
    for number in 0..<1000 {
      let client = try #require(IPAddress(row.address(number)))
      if counts.add(client) { taken += 1 }
    }
    #expect(taken == row.most)
    #expect(counts.total == row.most)
  }

  @Test func theOthersAreNotAffected() throws {
    var counts = counts(1)
    let clients = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:1::1"]
    for client in clients {
      let address = try #require(IPAddress(client))
      let taken = [counts.add(address), counts.add(address)]
      #expect(taken == [true, false])
    }
  }

  @Test func whoLeavesMakesRoom() throws {
    var counts = counts(1)
    for client in ["192.0.2.1", "2001:db8::1"] {
      let address = try #require(IPAddress(client))
      for _ in 0..<10 {
        let isTaken = counts.add(address)
        #expect(isTaken)
        counts.remove(address)
      }
    }
    #expect(counts.total == 0)
    #expect(counts.networks == 0)
  }

  /// A refused connection is not counted.
  @Test func aRefusalLeavesNoTrace() throws {
    var counts = counts(1)
    let (first, neighbour) = (IPAddress("2001:db8::1"), IPAddress("2001:db8::2"))
    let taken = [counts.add(first), counts.add(neighbour), counts.add(neighbour)]
    #expect(taken == [true, false, false])
    #expect(counts.total == 1)
    counts.remove(first)
    #expect(counts.networks == 0)
  }

  @Test func trustedProxiesAreHeldByTheLimitOfAllAlone() {
    var counts = counts(1, all: 3)
    let taken = (0..<4).map { _ in counts.add(nil) }
    #expect(taken == [true, true, true, false])
    #expect(counts.networks == 0)
  }
}
