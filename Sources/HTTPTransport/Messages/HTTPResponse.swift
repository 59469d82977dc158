private import Support

/// One response. The transport adds Content-Length, Date and Connection.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// - Precondition: no name and no value has a control character.
  package var fields: [(name: String, value: String)]
  package var body: [UInt8]
  /// Whether the connection closes after this response.
  package var closes: Bool
  /// Whether the request was accepted: its connection may then be idle for longer.
  package var isAccepted: Bool

  package init(
    status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = [],
    closes: Bool = false, isAccepted: Bool = false
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.closes = closes
    self.isAccepted = isAccepted
  }
}
