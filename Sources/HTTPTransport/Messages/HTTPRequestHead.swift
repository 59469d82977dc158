private import Support

/// All of a well-formed request (RFC 9112) but its body.
package struct HTTPRequestHead: Sendable {
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

  package init(
    method: String, path: String, query: String?, fields: HTTPFields, peer: IPAddress,
    isEncrypted: Bool
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.fields = fields
    self.peer = peer
    self.isEncrypted = isEncrypted
  }
}
