package import NIOCore
private import Support

/// The limits of the memory and the time that clients can use. A request over a limit gets the
/// status that is named there.
package struct HTTPLimits: Sendable {
  /// Bytes that one read takes from a socket.
  package var read = 16 << 10
  /// Bytes of the request line and the field lines; more is 431.
  package var head = 16 << 10
  /// Bytes of the request's target; more is 414.
  package var target = 8 << 10
  /// Field lines of a head, and of the trailer after a chunked body; more is 431.
  package var fields = 100
  /// Bytes of a body without its framing; more is 413.
  package var body = 1 << 20
  /// Bytes of all bodies that are in memory at one time, over all connections; more is 503.
  package var bodiesInMemory = 64 << 20
  /// Bytes of an unread body that are discarded to keep the connection open.
  package var drainedBody = 64 << 10
  /// Bytes of chunk extensions in one body; more is 400.
  package var chunkExtensions = 256
  /// From the first byte of a head to its end, and from `accept` to the first byte. Also for a TLS
  /// handshake.
  package var headTimeout = TimeAmount.seconds(10)
  /// For a whole body, however slowly it arrives (ASVS 15.2.2).
  package var bodyTimeout = TimeAmount.seconds(10)
  /// Between a response and the next request, after a request of the connection was accepted.
  package var idleTimeout = TimeAmount.seconds(60)
  /// The same before a request was accepted: an unauthenticated client holds a connection for a
  /// shorter time.
  package var idleTimeoutBeforeAcceptance = TimeAmount.seconds(10)
  /// How long a client may leave responses unread.
  package var writeTimeout = TimeAmount.seconds(10)
  /// How long the rest of a refused request is read and discarded, so that a reset does not destroy
  /// the response (RFC 9112 §9.6).
  package var lingerTimeout = TimeAmount.seconds(2)
  /// Connections at one time. Further ones are closed at once.
  package var connections = 10_000
  /// Connections of one client at one time; see `ConnectionCounts`.
  package var connectionsPerClient = 256

  package init() {}
}
