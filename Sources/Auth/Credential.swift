package import Support

/// The credential that a caller presented. A transport extracts it. Nothing else about
/// authentication differs between stdio and HTTP.
package enum Credential: Sendable {
  case none
  case apiKey(Secret)
  /// An access token or, over HTTP, an API key that was sent as a Bearer token (RFC 6750 §2.1).
  case bearer(Secret)
  case password(user: UserName, Secret)
  /// A value that is not a valid credential (ASVS 15.3.5: types are checked, never coerced). Over
  /// HTTP it has the scheme of the matching challenge; `nil` for an unknown scheme or none.
  case malformed(Challenge.Scheme?)
  /// Two credentials in one request (OAuth 2.1 §5.1: one method a request).
  case ambiguous

  /// The longest password, in bytes.
  package static let maximumPasswordLength = 1024

  /// The kind for logs and metrics: never the credential itself.
  package enum Kind: String, Sendable, CaseIterable {
    case none
    case apiKey = "api_key"
    case bearer
    case basic
    case malformed
  }

  /// `nil` for several credentials, because none of them was read.
  package var kind: Kind? {
    switch self {
    case .none: Kind.none
    case .apiKey: .apiKey
    case .bearer: .bearer
    case .password: .basic
    case .malformed: .malformed
    case .ambiguous: nil
    }
  }

  /// The scheme of the challenge that fits this credential. A client that gets a challenge of
  /// another scheme may ask its user for a password, or wait forever, as URLSession on Linux does.
  package var scheme: Challenge.Scheme? {
    switch self {
    case .none, .ambiguous: nil
    case .apiKey, .bearer: .bearer
    case .password: .basic
    case .malformed(let scheme): scheme
    }
  }
}
