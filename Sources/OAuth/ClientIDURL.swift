private import Support

/// A client identifier that is the URL of the client's metadata document (Client ID Metadata
/// Document, draft-ietf-oauth-client-id-metadata-document §3). It stays as it was sent.
package struct ClientIDURL: Sendable {
  package let text: String
  /// In lowercase letters, for the person who decides and for a list of allowed hosts.
  package let host: String

  /// `nil` unless the text is a URL of `https` with a path, without a user, a fragment or a dot
  /// segment, of at most 2,048 bytes. The draft says that a URL should have no query; a client with
  /// one is not refused.
  package init?(_ text: String) {
    // Draft §3: `split` accepts no user and no fragment.
    guard text.hasBytes(atStart: "https://"), let (origin, target) = Origin.split(text) else {
      return nil
    }
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    // Draft §3: a path. The page at `/` belongs to the whole site, not to one client.
    guard path.count > 1, !PercentEncoding.hasDotSegment(path) else { return nil }
    self.text = text
    host = origin.host
  }
}
