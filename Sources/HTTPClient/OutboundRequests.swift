package import Auth
package import Support

/// Chooses the client for each request: one that trusts what the operator or the user named, and one for
/// all other URLs.
package struct OutboundRequests: HTTPClient {
  /// What was named.
  package enum Trust: Sendable {
    /// Whole origins.
    case origins(Set<Origin>)
    /// A host, at every port. It is in lowercase letters, as in `Origin`.
    case host(String)

    /// ATTACKS O49: as bytes, and never a part of a name.
    func includes(_ origin: Origin) -> Bool {
      switch self {
      case .origins(let origins): origins.contains(origin)
      case .host(let host): origin.host.utf8.elementsEqual(host.utf8)
      }
    }
  }

  private let trust: Trust
  private let trusted: any HTTPClient
  private let publicOnly: any HTTPClient

  package init(trusting trust: Trust, trusted: any HTTPClient, publicOnly: any HTTPClient) {
    self.trust = trust
    self.trusted = trusted
    self.publicOnly = publicOnly
  }

  /// Both clients on libcurl, with the same settings.
  package init(
    trusting trust: Trust, _ settings: CurlClient.Settings, pool: any BlockingPool
  ) throws(CurlClient.SetupError) {
    self.init(
      trusting: trust,
      trusted: try CurlClient(.trusted, settings, pool: pool),
      publicOnly: try CurlClient(.publicOnly, settings, pool: pool))
  }

  package func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    guard let origin = Origin(of: request.url) else { throw .refusedURL }
    let chosen = trust.includes(origin) ? trusted : publicOnly
    return try await chosen.send(request, for: client)
  }
}
