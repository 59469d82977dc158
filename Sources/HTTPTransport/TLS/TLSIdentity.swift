package import NIOCore
private import Support
internal import Synchronization

/// The certificate for new connections. Open connections keep the one they have.
package final class TLSIdentity: Sendable {
  private let current: Mutex<TLSContext>

  private let onPlainHTTP: @Sendable () -> Void

  /// - Parameter onPlainHTTP: called when a client sends an HTTP request without TLS.
  package init(_ context: TLSContext, onPlainHTTP: @escaping @Sendable () -> Void = {}) {
    current = Mutex(context)
    self.onPlainHTTP = onPlainHTTP
  }

  package func replace(with context: TLSContext) {
    current.withLock { $0 = context }
  }

  /// A handler for one new connection.
  package func makeHandler(
    handshakeTimeout: TimeAmount = TLSHandler.handshakeTimeout
  ) -> any ChannelHandler {
    current.withLock { $0 }.makeHandler(
      handshakeTimeout: handshakeTimeout, onPlainHTTP: onPlainHTTP)
  }
}
