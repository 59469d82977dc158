package import NIOCore
private import Support

/// What one client may take of the server; memory and time of a connection are bounded by these.
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
  /// Bytes of an unwanted body that are read past to keep the connection.
  package var drainedBody = 64 << 10
  /// Bytes of chunk extensions in one body; more is 400.
  package var chunkExtensions = 256
  /// From the first byte of a head to its end, and from the accept to the first byte.
  package var headTimeout = TimeAmount.seconds(10)
  /// For the whole of a body, however it trickles (ASVS 15.2.2).
  package var bodyTimeout = TimeAmount.seconds(10)
  /// Between a response and the next request, once a request of the connection was accepted.
  package var idleTimeout = TimeAmount.seconds(60)
  /// The same before a request was accepted: strangers hold a connection for a shorter time.
  package var idleTimeoutBeforeAcceptance = TimeAmount.seconds(10)
  /// For how long a client may leave responses unread.
  package var writeTimeout = TimeAmount.seconds(10)
  /// How long the rest of a refused request is read past, so that the response is not lost to a
  /// reset (RFC 9112 §9.6).
  package var lingerTimeout = TimeAmount.seconds(2)
  /// Connections at one time; more are closed as they come.
  package var connections = 10_000
  /// Connections of one client at one time; see `ConnectionCounts`.
  package var connectionsPerClient = 256

  package init() {}
}
