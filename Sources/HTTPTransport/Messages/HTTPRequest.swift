package import Support

/// A well-formed request (RFC 9112). Its head has been read, its body has not.
package struct HTTPRequest: Sendable {
  package typealias Body =
    @concurrent @Sendable (_ limit: Int) async -> Result<[UInt8], HTTPFault>

  /// As it was sent: methods are case-sensitive (RFC 9110 §9.1).
  package let method: String
  /// As it was sent, without the query: it is not decoded or normalized.
  package let path: String
  /// The text after the first "?"; `nil` if there is none.
  package let query: String?
  package let fields: HTTPFields
  /// The peer of the socket, which may be a proxy.
  package let peer: IPAddress
  package let isEncrypted: Bool
  private let readBody: Body

  /// - Parameter body: reads the body. It is called once.
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

  /// Reads the body. Call it once.
  ///
  /// Before this call no byte of the body is parsed, and a client that waits for `100 Continue`
  /// does not get it (RFC 9110 §10.1.1).
  /// - Parameter limit: the largest body, in bytes. `HTTPLimits.body` applies too.
  /// - Throws: `HTTPFault` if the body does not arrive completely. The connection then closes after
  ///   the response.
  package func body(upTo limit: Int = .max) async throws(HTTPFault) -> [UInt8] {
    try await readBody(limit).get()
  }
}
