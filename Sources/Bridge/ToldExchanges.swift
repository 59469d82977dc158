internal import HTTPClient
private import Support

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
