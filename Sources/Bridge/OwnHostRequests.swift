internal import Auth
internal import HTTPClient
private import JSON
private import Support

/// The requests of a sign-in. The host of the remote server, which the user chose, may have a private
/// address; another host that a server names may not.
struct OwnHostRequests: HTTPClient {
  /// Of the remote server.
  let host: String
  let trusted: any HTTPClient
  let publicOnly: any HTTPClient

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    guard let origin = Origin(of: request.url) else { throw .refusedURL }
    // ATTACKS O40: the address of the socket is judged, whatever the name says.
    let chosen = origin.host.hasSameBytes(as: host) ? trusted : publicOnly
    return try await chosen.send(request, for: client)
  }
}

/// Tells of each exchange, without a secret: the method, the URL without its query, and the outcome.
struct ToldExchanges: StreamingClient {
  let client: any StreamingClient
  let tell: @Sendable (String) -> Void

  func open(_ request: OutboundRequest) async throws(OutboundError) -> StreamedResponse {
    let method =
      switch request.method {
      case .get: "GET"
      case .post: "POST"
      case .delete: "DELETE"
      }
    let url = String(Substring(request.url.utf8.prefix { $0 != UInt8(ascii: "?") }))
    do throws(OutboundError) {
      let response = try await client.open(request)
      tell("\(method) \(url): \(response.status)")
      return response
    } catch {
      tell("\(method) \(url): \(error.reason)")
      throw error
    }
  }
}
