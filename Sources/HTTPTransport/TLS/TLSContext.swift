package import NIOCore
private import Support
internal import Synchronization

/// A certificate with its key, ready to serve TLS 1.2 and 1.3.
package final class TLSContext: Sendable {
  /// When the certificate expires, in seconds since 1970.
  package let notAfter: Int64

  private let context: Mutex<SSLContext>

  /// Both in PEM. The chain begins with the server's certificate, followed by the intermediate
  /// ones.
  ///
  /// - Throws: `unreadableCertificate`, `unreadableKey`, `encryptedKey`, `keyMismatch`,
  ///   `weakCertificate`.
  package init(certificateChain: [UInt8], privateKey: [UInt8]) throws(TLSError) {
    let context = try SSLContext(certificateChain: certificateChain, privateKey: privateKey)
    notAfter = context.notAfter
    self.context = Mutex(context)
  }

  /// A handler for one new connection.
  /// - Parameter onPlainHTTP: called when a client sends an HTTP request without TLS.
  package func makeHandler(
    handshakeTimeout: TimeAmount = TLSHandler.handshakeTimeout,
    onPlainHTTP: @escaping @Sendable () -> Void = {}
  ) -> TLSHandler {
    TLSHandler(
      session: context.withLock { $0.makeSession() }, handshakeTimeout: handshakeTimeout,
      onPlainHTTP: onPlainHTTP)
  }
}
