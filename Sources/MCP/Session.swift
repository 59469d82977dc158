private import Support

/// The context in which a message is parsed: over stdio the negotiated revision, over HTTP the
/// header fields. Modern requests need neither.
package struct Session: Sendable {
  /// The revision that `initialize` negotiated; `nil` before it, and always over HTTP.
  package var legacyVersion: ProtocolVersion?
  /// `nil` over stdio.
  let headers: RequestHeaders?
  /// Whether the message is part of a batch.
  var isInBatch = false

  /// The legacy revision of the message.
  /// - Throws: `.headerMismatch`, `.unsupportedProtocolVersion`; only over HTTP.
  var version: ProtocolVersion? {
    get throws(RPCError) { if let headers { try headers.version } else { legacyVersion } }
  }

  /// The revisions that this transport serves.
  var supported: [ProtocolVersion] {
    headers == nil ? ProtocolVersion.allCases : ProtocolVersion.overHTTP
  }

  /// MCP 2025-03-26 basic/index, "Batching". No other revision has batches on both transports.
  var allowsBatches: Bool { (try? version) == .v2025_03_26 }

  /// The session of a client over stdio.
  package init(legacyVersion: ProtocolVersion? = nil) {
    self.legacyVersion = legacyVersion
    headers = nil
  }

  /// One request over HTTP, which has no session (MCP 2026-07-28 "Earlier Streamable HTTP
  /// Revisions").
  package init(headers: RequestHeaders) { self.headers = headers }
}
