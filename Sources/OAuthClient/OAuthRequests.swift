private import Auth
package import HTTPClient
private import OAuth
private import Support

/// Sends the requests of a client to a remote server's metadata and to its authorization server.
package struct OAuthRequests: Sendable {
  /// One request and its response, for a person who looks for a mistake. It has no secret.
  package struct Exchange: Sendable, Equatable {
    package let method: String
    /// Without its query.
    package let url: String
    /// The status, or one word.
    package let outcome: String
  }

  /// The longest body of a response, in bytes.
  static let maximumLength = 1 << 16

  private let http: any HTTPClient
  private let log: @Sendable (Exchange) -> Void

  package init(http: any HTTPClient, log: @escaping @Sendable (Exchange) -> Void) {
    self.http = http
    self.log = log
  }

  /// A document; `nil` with another status than 200, or if it is too long. A redirect is another
  /// status: it is not followed.
  /// - Throws: `OAuthClientError.noResponse`
  func document(_ url: String) async throws(OAuthClientError) -> [UInt8]? {
    do throws(OAuthClientError) {
      let response = try await send(
        "GET", OutboundRequest(.get, url, fields: [("Accept", TokenResponse.jsonType)]))
      return response.status == 200 ? response.body : nil
    } catch .noResponse(.tooLarge) {
      return nil
    }
  }

  /// - Throws: `OAuthClientError.noResponse`
  func post(
    _ body: [UInt8], as type: String, to url: String,
    fields: [(name: String, value: String)] = []
  ) async throws(OAuthClientError) -> OutboundResponse {
    try await send(
      "POST",
      OutboundRequest(
        .post(body), url,
        fields: fields + [("Content-Type", type), ("Accept", TokenResponse.jsonType)]))
  }

  private func send(
    _ method: String, _ request: OutboundRequest
  ) async throws(OAuthClientError) -> OutboundResponse {
    let url = String(
      decoding: Array(request.url.utf8.prefix { $0 != UInt8(ascii: "?") }), as: UTF8.self)
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(request, for: .local)
    } catch {
      log(Exchange(method: method, url: url, outcome: error.reason))
      throw .noResponse(error)
    }
    log(Exchange(method: method, url: url, outcome: String(response.status)))
    // ASVS 15.2.2
    guard response.body.count <= Self.maximumLength else { throw .noResponse(.tooLarge) }
    return response
  }
}
