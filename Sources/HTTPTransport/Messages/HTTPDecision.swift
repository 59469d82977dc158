private import Support

/// What to do with a request of which only the head is known.
package enum HTTPDecision: Sendable {
  /// Answer now; what follows of the body is not looked at.
  case respond(HTTPResponse)
  /// Take the body first, and no more of it than `upTo` bytes and `HTTPLimits.body`. The closure is
  /// called once, whatever comes of the body, on an event loop.
  case takeBody(upTo: Int = .max, @Sendable (HTTPBody) -> HTTPResponse)
  /// This takes long: it is decided on another thread, and waits in a queue for it.
  case offLoop(BlockingWork)
}
