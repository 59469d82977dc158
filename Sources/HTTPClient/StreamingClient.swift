private import Support

/// Sends a request and hands out the body of the response while it arrives.
package protocol StreamingClient: Sendable {
  /// Sends the request, and awaits the head of the response. No redirect is followed: a 3xx is a
  /// response like every other.
  /// - Throws: `OutboundError`. A response of any status is no error.
  func open(_ request: OutboundRequest) async throws(OutboundError) -> StreamedResponse
}

/// A response whose body is still on its way.
package struct StreamedResponse: Sendable {
  package let status: Int
  /// In the order of the response.
  package let fields: [(name: String, value: String)]
  package let body: any StreamedBody

  package init(status: Int, fields: [(name: String, value: String)] = [], body: any StreamedBody) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// The body of a response, read by one task.
package protocol StreamedBody: Sendable {
  /// The next bytes, at least one; `nil` at the end of a complete body.
  /// - Throws: `OutboundError` if the body does not arrive whole.
  func next() async throws(OutboundError) -> [UInt8]?

  /// Ends the transfer. A call of `next` that waits throws `unreachable`.
  func cancel()
}
