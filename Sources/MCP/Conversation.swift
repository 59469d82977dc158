/// What a message is read with: over stdio what the handshake agreed on, over HTTP what the header
/// fields say. Modern requests need neither.
package struct Conversation: Sendable {
  /// The revision that `initialize` agreed on; `nil` before it, and always over HTTP.
  package var legacyVersion: ProtocolVersion?
  /// `nil` over stdio.
  let fields: MirroredFields?

  /// The legacy revision to read a message by.
  /// - Throws: `.headerMismatch`, `.unsupportedProtocolVersion`; over HTTP alone.
  var version: ProtocolVersion? {
    get throws(RPCError) { if let fields { try fields.version } else { legacyVersion } }
  }

  /// A client at the other end of a pipe.
  package init(legacyVersion: ProtocolVersion? = nil) {
    self.legacyVersion = legacyVersion
    fields = nil
  }

  /// One request over HTTP: there is no session (MCP 2026-07-28 "Earlier Streamable HTTP Revisions").
  package init(fields: MirroredFields) { self.fields = fields }
}
