/// What a connection remembers: the handshake, if there was one. Modern requests need no memory.
package struct Conversation: Sendable {
  /// The revision that `initialize` agreed on; `nil` before it.
  package var legacyVersion: ProtocolVersion?

  package init(legacyVersion: ProtocolVersion? = nil) { self.legacyVersion = legacyVersion }
}
