internal import Support

/// The number of open connections, in total and for each client.
///
/// A client is an IPv4 address or an IPv6 /64. A customer with a /56 or a /48 has many /64s, so
/// these networks are counted too, with twice and four times the limit (ATTACKS R12).
struct ConnectionCounts {
  private let limits: HTTPLimits
  private(set) var total = 0
  private var counts: [IPNetwork: Int] = [:]

  init(limits: HTTPLimits) { self.limits = limits }

  /// The number of networks that have a connection.
  var networks: Int { counts.count }

  /// Counts a new connection. Returns `false`, and counts nothing, if a limit is reached.
  /// - Parameter client: `nil` for a peer to which only the total limit applies.
  mutating func add(_ client: IPAddress?) -> Bool {
    let networks = self.networks(of: client)
    guard total < limits.connections,
      networks.allSatisfy({ counts[$0.network, default: 0] < $0.limit })
    else { return false }
    total += 1
    for (network, _) in networks { counts[network, default: 0] += 1 }
    return true
  }

  /// Removes one connection that `add` counted.
  mutating func remove(_ client: IPAddress?) {
    total -= 1
    for (network, _) in networks(of: client) {
      let count = counts[network, default: 0] - 1
      counts[network] = count > 0 ? count : nil
    }
  }

  private func networks(of client: IPAddress?) -> [(network: IPNetwork, limit: Int)] {
    guard let client else { return [] }
    let limit = limits.connectionsPerClient
    if client.isV4 { return [(IPNetwork(of: client, prefix: 32), limit)] }
    return [(64, limit), (56, 2 * limit), (48, 4 * limit)].map {
      (IPNetwork(of: client, prefix: $0.0), $0.1)
    }
  }
}
