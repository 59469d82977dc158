private import Support

/// A well-formed request (RFC 9112) of which the head has been read.
package struct HTTPRequest: Sendable {
  package typealias Body =
    @concurrent @Sendable (_ limit: Int) async -> Result<[UInt8], HTTPFault>

  /// As it was sent: methods are case-sensitive (RFC 9110 §9.1).
  package let method: String
  /// Without the query, as it was sent: nothing is decoded or normalised.
  package let path: String
  /// What follows the first "?"; `nil` where there is none.
  package let query: String?
  package let fields: HTTPFields
  /// The other end of the socket, which may be a proxy.
  package let peer: IPAddress
  package let isEncrypted: Bool
  private let readBody: Body

  /// - Parameter body: reads the body, once.
  package init(
    method: String, path: String, query: String?, fields: HTTPFields, peer: IPAddress,
    isEncrypted: Bool, body: @escaping Body
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.fields = fields
    self.peer = peer
    self.isEncrypted = isEncrypted
    readBody = body
  }

  /// Reads the body, and no more of it than `limit` bytes and `HTTPLimits.body`. Call it once.
  ///
  /// Until then no byte of it is parsed, and a client that waits for `100 Continue` is not asked for
  /// it (RFC 9110 §10.1.1).
  /// - Throws: `HTTPFault`: the body did not arrive whole. The response to it ends the connection.
  package func body(upTo limit: Int = .max) async throws(HTTPFault) -> [UInt8] {
    try await readBody(limit).get()
  }
}
