private import Support

/// A service behind this server. Tools call it with a credential for it, never with the token of the
/// caller for this server.
package enum UpstreamService: String, Sendable, CaseIterable {
  case jira, confluence, jenkins

  /// As people write it.
  package var title: String {
    switch self {
    case .jira: "Jira"
    case .confluence: "Confluence"
    case .jenkins: "Jenkins"
    }
  }

  /// The field of a request that may have a credential for the service.
  package var tokenField: String { "X-\(title)-Token" }

  /// The field with which other servers take the address of the service. This server takes no address
  /// from a request: it would send credentials there (CWE-918).
  package var addressField: String { "X-\(title)-Url" }
}
