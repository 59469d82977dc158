package import Support

/// Who runs a Jira or a Confluence: both editions have other interfaces and take other credentials.
package enum AtlassianEdition: String, Sendable, CaseIterable {
  case cloud
  case dataCenter = "datacenter"

  /// Sites of Atlassian are below this name. Others that only end with the same letters are not.
  private static let cloudSuffix = Array(".atlassian.net".utf8)

  /// The edition that a host has without a setting.
  /// - Parameter host: with lowercase letters, as in `Origin`.
  package init(ofHost host: String) {
    let host = Array(host.utf8)
    let suffix = Self.cloudSuffix
    self =
      host.count > suffix.count && host.suffix(suffix.count).elementsEqual(suffix)
      ? .cloud : .dataCenter
  }
}

/// How a service takes the credential of a person, and the rules for its text.
///
/// Sources: developer.atlassian.com, "Basic auth for REST APIs" (Cloud: mail address and API token);
/// confluence.atlassian.com, "Using Personal Access Tokens" (Data Center: Bearer); jenkins.io,
/// "Remote Access API" (user and API token).
package enum CredentialForm: Sendable, Equatable, CaseIterable {
  /// A token of visible ASCII, for `Authorization: Bearer` (RFC 6750 §2.1).
  case bearer
  /// `user:token`, for `Authorization: Basic` (RFC 7617 §2).
  case basic

  /// The longest credential, in bytes.
  package static let maximumLength = 8 << 10

  /// - Parameter edition: `nil` for Jenkins.
  package init(of edition: AtlassianEdition?) {
    self = edition == .dataCenter ? .bearer : .basic
  }

  /// The credential that a text is.
  package func credential(_ text: Secret) throws(CredentialError) -> UpstreamCredential {
    let bytes = Array(text.exposed.utf8)
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= Self.maximumLength else { throw .tooLong }  // ASVS 15.2.2
    // A line break would begin another field (CWE-93).
    guard bytes.allSatisfy({ 0x20...0x7E ~= $0 }) else { throw .malformed(self) }
    switch self {
    case .bearer:
      // RFC 6750 §2.1: a space would end the token.
      guard bytes.allSatisfy(ASCII.isVisible) else { throw .malformed(self) }
      return .bearer(text)
    case .basic:
      // RFC 7617 §2: the first colon ends the user.
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
        colon + 1 < bytes.count
      else { throw .malformed(self) }
      return .basic(
        user: String(decoding: bytes[..<colon], as: UTF8.self),
        password: Secret(String(decoding: bytes[(colon + 1)...], as: UTF8.self)))
    }
  }
}
