package import Support

/// Lets a person sign in with a browser.
package protocol UserAgent: Sendable {
  /// Prepares to receive the redirect of one sign-in.
  /// - Parameter known: the redirect URI of a registration. With the same one it can be used again.
  func prepare(preferring known: String?) async throws(UserAgentError) -> any PendingSignIn
}

/// A sign-in whose redirect can be received.
package protocol PendingSignIn: Sendable {
  /// Where the authorization server sends the browser with the code.
  var redirectURI: String { get }

  /// Shows the address to the person, and awaits the redirect.
  /// - Parameter state: redirects with another state are refused, and do not end the wait.
  /// - Returns: the query of the redirect, without `?`.
  func query(opening url: String, state: Secret) async throws(UserAgentError) -> [UInt8]

  /// Must be called once, also after an error.
  func close()
}

/// Why there is no redirect.
package enum UserAgentError: Error, Sendable, Equatable {
  /// Nothing can be shown: no browser and no terminal.
  case notInteractive
  case timeout
  /// No port can be listened at.
  case unavailable
  /// The input has ended, or had too many lines of something else.
  case noRedirect
}
