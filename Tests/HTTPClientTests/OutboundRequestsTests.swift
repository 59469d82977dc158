import Auth
import Support
import Testing

@testable import HTTPClient

struct OutboundRequestsTests {
  /// A client whose responses have its number as the status.
  struct Numbered: HTTPClient {
    let number: Int
    func send(_: OutboundRequest, for _: Client) async throws(OutboundError) -> OutboundResponse {
      OutboundResponse(status: number, body: [])
    }
  }

  /// O49: only the scheme, the host and the port that the operator named are trusted.
  @Test(arguments: [
    ("https://idp.example/keys", 1), ("https://idp.example:443/", 1), ("HTTPS://IDP.EXAMPLE", 1),
    ("https://idp.example?a", 1), ("http://idp.example/", 2), ("https://idp.example:8443/", 2),
    ("https://idp.example./", 2), ("https://idp.example.evil.example/", 2),
    ("https://evil.example/idp.example", 2), ("https://xidp.example/", 2),
    ("https://10.0.0.1/", 2), ("https://[fd00::1]/", 1), ("https://[fd00:0::1]/", 2),
  ])
  func trustsTheNamedOrigins(_ url: String, _ number: Int) async throws {
    let origins = ["https://idp.example/realms/a", "https://[fd00::1]"].compactMap {
      Origin(of: $0)
    }
    let requests = OutboundRequests(
      trusting: .origins(Set(origins)), trusted: Numbered(number: 1),
      publicOnly: Numbered(number: 2))
    #expect(try await requests.send(OutboundRequest(.get, url), for: .local).status == number)
  }

  /// O49: the whole host that the user typed, at every port, and no other one.
  @Test(arguments: [
    ("https://mcp.example/token", 1), ("https://MCP.example:8443/", 1), ("http://mcp.example/", 1),
    ("https://mcp.example./", 2), ("https://mcp.example.evil.example/", 2),
    ("https://xmcp.example/", 2), ("https://10.0.0.1/", 2), ("https://example/", 2),
  ])
  func trustsTheNamedHost(_ url: String, _ number: Int) async throws {
    let requests = OutboundRequests(
      trusting: .host("mcp.example"), trusted: Numbered(number: 1), publicOnly: Numbered(number: 2))
    #expect(try await requests.send(OutboundRequest(.get, url), for: .local).status == number)
  }

  /// O41
  @Test func refusesWhatIsNoURL() async {
    let requests = OutboundRequests(
      trusting: .origins([]), trusted: Numbered(number: 1), publicOnly: Numbered(number: 2))
    #expect(await CurlClientTests.error(requests, "https://a@idp.example/") == .refusedURL)
  }

  /// The policies of the two clients, each seen at an address.
  @Test func theTwoClientsHaveTheirPolicies() async throws {
    let server = try await ScriptedServer(.answer(CurlClientTests.ok))
    var settings = CurlClient.Settings()
    // With a proxy the trusted client asks the proxy, and the other one refuses.
    settings.proxy = "http://127.0.0.1:\(server.port)"
    let origins = Set([Origin(of: "https://idp.example")].compactMap { $0 })
    let requests = try OutboundRequests(
      trusting: .origins(origins), settings, pool: UnboundedPool())
    #expect(await CurlClientTests.error(requests, "https://other.example/") == .refusedURL)
    #expect(server.connections == 0)
    _ = await CurlClientTests.error(requests, "https://idp.example/")
    #expect(server.connections == 1)
  }
}
