package import NIOCore
private import Support

/// Makes the first handler of each connection, which encrypts and decrypts its bytes.
package protocol ConnectionEncryption: Sendable {
  /// Called on the connection's event loop.
  /// - Parameter handshakeTimeout: after which a connection without a session is closed.
  func makeHandler(handshakeTimeout: TimeAmount) -> any ChannelHandler
}
