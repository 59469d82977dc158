private import JSON
private import Support

/// A redirect URI that a client has registered. It stays as it was sent: nothing normalizes it.
package struct RedirectURI: Sendable, Equatable {
  package let text: String
  /// In lowercase letters, for the person who decides.
  package let host: String
  /// Whether the response stays on the computer of the person: any program there can receive it.
  package let isLoopback: Bool

  private static let loopbackHosts = ["127.0.0.1", "[::1]", "localhost"]
  private static let https = "https://"
  private static let http = "http://"

  /// `nil` unless the URI can be registered: absolute, at most 2,048 bytes, `https`, or `http` with
  /// a loopback host; without a user, a fragment or a dot segment.
  package init?(registering text: String) {
    // RFC 3986 §3.2.1 and §3.5: `split` accepts no user and no fragment (OAuth 2.1 §2.3).
    guard let (origin, target) = Origin.split(text) else { return nil }
    let isLoopback = Self.loopbackHosts.contains(origin.host)
    // OAuth 2.1 §1.5: plain http only where the response stays on the computer. Scheme and loopback
    // host are in lowercase letters, so that one comparison of bytes decides.
    guard
      text.hasBytes(atStart: Self.https)
        || isLoopback && text.hasBytes(atStart: Self.http + origin.host)
    else { return nil }
    // Browsers resolve dot segments: the response would arrive at another path.
    guard !PercentEncoding.hasDotSegment(target) else { return nil }
    self.text = text
    host = origin.host
    self.isLoopback = isLoopback
  }

  /// Whether the URI of a request is this one, byte for byte (OAuth 2.1 §2.3.1, RFC 3986 §6.2.1).
  ///
  /// A native client cannot know its port in advance. So for a public client the port of an `http`
  /// loopback URI may differ or be absent, on either side (RFC 8252 §7.3). The hosts are never
  /// exchanged, and the rest is equal.
  package func matches(requested: String, isPublic: Bool) -> Bool {
    if requested.hasSameBytes(as: text) { return true }
    // A client with a secret runs on a server, whose port does not change.
    guard isPublic, isLoopback, text.hasBytes(atStart: Self.http),
      requested.hasBytes(atStart: Self.http + host), let own = Origin.split(text),
      let other = Origin.split(requested)
    else { return false }
    return other.origin.host == host && other.target == own.target
  }

  package static func == (one: RedirectURI, other: RedirectURI) -> Bool {
    one.text.hasSameBytes(as: other.text)
  }
}
