package import NIOCore
private import Support

/// Makes the handler that stands first in each connection and turns bytes into encrypted bytes.
package protocol ConnectionEncryption: Sendable {
  /// Called on the connection's event loop.
  func makeHandler() -> any ChannelHandler
}
