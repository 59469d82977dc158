private import Support

/// What a message is read with: over stdio what the handshake agreed on, over HTTP what the header
/// fields say. Modern requests need neither.
package struct Session: Sendable {
  /// The revision that `initialize` agreed on; `nil` before it, and always over HTTP.
  package var legacyVersion: ProtocolVersion?
  /// `nil` over stdio.
  let headers: RequestHeaders?
  /// Whether the message is one of a batch.
  var isInBatch = false

  /// The legacy revision to read a message by.
  /// - Throws: `.headerMismatch`, `.unsupportedProtocolVersion`; over HTTP alone.
  var version: ProtocolVersion? {
    get throws(RPCError) { if let headers { try headers.version } else { legacyVersion } }
  }

  /// The revisions that this transport serves.
  var supported: [ProtocolVersion] {
    headers == nil ? ProtocolVersion.allCases : ProtocolVersion.overHTTP
  }

  /// MCP 2025-03-26 basic/index, "Batching"; no other revision has batches on both transports.
  var allowsBatches: Bool { (try? version) == .v2025_03_26 }

  /// A client at the other end of a pipe.
  package init(legacyVersion: ProtocolVersion? = nil) {
    self.legacyVersion = legacyVersion
    headers = nil
  }

  /// One request over HTTP: there is no session (MCP 2026-07-28 "Earlier Streamable HTTP Revisions").
  package init(headers: RequestHeaders) { self.headers = headers }
}
