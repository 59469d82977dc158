package import Auth
package import Support

/// Chooses the client for each request: one that trusts the origins that the operator named, and one
/// for all other URLs.
package struct OutboundRequests: HTTPClient {
  private let origins: Set<Origin>
  private let trusted: any HTTPClient
  private let publicOnly: any HTTPClient

  package init(trusting origins: Set<Origin>, trusted: any HTTPClient, publicOnly: any HTTPClient) {
    self.origins = origins
    self.trusted = trusted
    self.publicOnly = publicOnly
  }

  /// Both clients on libcurl, with the same settings.
  package init(
    trusting origins: Set<Origin>, _ settings: CurlClient.Settings, pool: any BlockingPool
  ) throws(CurlClient.SetupError) {
    self.init(
      trusting: origins,
      trusted: try CurlClient(.trusted, settings, pool: pool),
      publicOnly: try CurlClient(.publicOnly, settings, pool: pool))
  }

  package func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    guard let origin = Origin(of: request.url) else { throw .refusedURL }
    // ATTACKS O49: the whole origin, as bytes.
    let chosen = origins.contains(origin) ? trusted : publicOnly
    return try await chosen.send(request, for: client)
  }
}
