/// The proxies whose word about a client's address counts (ASVS 15.3.4).
package struct TrustedProxies: Sendable {
  private let networks: [IPNetwork]

  package init(_ networks: [IPNetwork]) { self.networks = networks }

  package var isEmpty: Bool { networks.isEmpty }

  package func contains(_ address: IPAddress) -> Bool {
    networks.contains { $0.contains(address) }
  }

  /// Who sent the request: the rightmost address that is no trusted proxy.
  ///
  /// Each proxy appends the address it saw, so what stands further to the left may be invented.
  /// An entry that is no address ends the walk at the proxy that wrote it.
  /// - Parameter forwardedFor: the values of X-Forwarded-For, one for each line.
  package func client(peer: IPAddress, forwardedFor: [String]) -> IPAddress {
    var client = peer
    for line in forwardedFor.reversed() {
      for entry in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
        guard contains(client), let address = Self.address(entry) else { return client }
        client = address
      }
    }
    return client
  }

  /// An address as proxies write it: bare, in brackets, or with a port.
  private static func address(_ entry: Substring) -> IPAddress? {
    let start = entry.drop { $0 == " " || $0 == "\t" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" }
    let text = end.map { String(start[...$0]) } ?? ""
    if let address = IPAddress(text) { return address }
    if text.hasPrefix("[") {
      let parts = text.dropFirst().split(
        separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].isEmpty || isPort(parts[1]) else { return nil }
      return IPAddress(String(parts[0])).flatMap { parts[0].contains(":") ? $0 : nil }
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, isPort(":" + parts[1]) else { return nil }
    return IPAddress(String(parts[0]))
  }

  private static func isPort(_ text: some StringProtocol) -> Bool {
    text.utf8.first == UInt8(ascii: ":") && text.utf8.dropFirst().allSatisfy(ASCII.isDigit)
      && UInt16(text.dropFirst()) != nil
  }
}
