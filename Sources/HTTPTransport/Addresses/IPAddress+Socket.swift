package import NIOCore
package import Support

extension IPAddress {
  /// `nil` for a Unix socket.
  package init?(_ address: SocketAddress) {
    guard let text = address.ipAddress else { return nil }
    // Drop the zone of a link-local peer: it has a meaning only on this machine.
    self.init(Array(text.utf8.prefix { $0 != UInt8(ascii: "%") })[...])
  }
}
