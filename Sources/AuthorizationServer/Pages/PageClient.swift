package import OAuth
private import Support

/// What a page says about the client that asks for access.
package struct PageClient: Sendable {
  /// As the client calls itself; a text of `ClientName`.
  package let name: String
  /// The one of this request.
  package let redirectURI: RedirectURI
  /// Whether all redirect URIs of the client are on loopback.
  package let isLocalOnly: Bool

  package init(name: String, redirectURI: RedirectURI, isLocalOnly: Bool) {
    self.name = name
    self.redirectURI = redirectURI
    self.isLocalOnly = isLocalOnly
  }

  /// Where the code is sent. Anybody can choose any name, so the host is what identifies the client.
  var destination: HTML {
    """
    <p>At the end, your browser goes to</p>
    <p class="host">\(isolated: redirectURI.host)</p>
    <p class="uri"><code>\(isolated: redirectURI.text)</code></p>
    """
  }

  /// RFC 8252 §8.6: a client on loopback has no host that identifies it.
  var advice: HTML {
    if redirectURI.isLoopback || isLocalOnly {
      return """
        <p class="note warning"><strong>This is a program on this computer.</strong> Any program on \
        this computer could have asked. Allow it only if you have just started it.</p>
        """
    }
    return "<p>Anybody can choose this name. Allow it only if you know this address.</p>"
  }
}
