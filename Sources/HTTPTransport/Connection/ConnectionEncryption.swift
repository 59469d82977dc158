package import NIOCore
private import Support

/// Makes the first handler of each connection, which encrypts and decrypts its bytes.
package protocol ConnectionEncryption: Sendable {
  /// Called on the connection's event loop.
  func makeHandler() -> any ChannelHandler
}
