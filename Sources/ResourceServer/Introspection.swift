package import Auth
package import HTTPClient
internal import JSON
private import OAuth
package import Support

/// Asks an identity provider about tokens (RFC 7662). It caches nothing.
package final class Introspection: Sendable {
  /// The longest response, in bytes.
  package static let maximumLength = 1 << 16

  private let url: String?
  private let metadata: IssuerMetadata
  private let authorization: Secret
  private let http: any HTTPClient
  private let clock: @Sendable () -> MonotonicTime
  private let log: Log
  private let pause = Pause()

  /// - Parameters:
  ///   - url: overrides the `introspection_endpoint` of the metadata.
  ///   - clientID: the name of this server at the provider.
  package init(
    issuer: String, url: String? = nil, clientID: String, clientSecret: Secret,
    http: any HTTPClient, clock: @escaping @Sendable () -> MonotonicTime, log: Log
  ) {
    self.url = url
    metadata = IssuerMetadata(
      with: [.introspection], of: issuer, at: IssuerURL.metadataAddresses(of: issuer), http: http,
      clock: clock)
    authorization = ClientCredentials.authorization(clientID: clientID, clientSecret)
    self.http = http
    self.clock = clock
    self.log = log
  }

  /// Finds the endpoint once, at the start of the server. If it fails, a notice says so. The server
  /// starts all the same.
  package func prefetch() async {
    do throws(ProviderFailure) {
      _ = try await endpoint()
    } catch {
      log.notice(
        "The server starts without the introspection endpoint of the identity provider. Until it has "
          + "it, each token gets status 503. It looks for it again for a token that comes "
          + "\(IssuerKeys.interval.components.seconds) s or more after the last attempt.", error)
    }
  }

  /// The response about an active token (RFC 7662 §2.2), without the members that are `null`.
  /// - Parameter client: the client that sent the token.
  /// - Returns: `nil` if the token is not active.
  /// - Throws: `AuthenticationError.providerUnavailable`, `.overloaded`: nothing is known about the
  ///   token.
  func response(about token: Secret, from client: Client)
    async throws(AuthenticationError) -> JSONObject?
  {
    do throws(ProviderFailure) {
      let response = try await send(token, for: client)
      guard response.status == 200 else { throw .wrongStatus(response.status) }
      guard response.body.count <= Self.maximumLength,
        let object = try? JSONParser.parse(response.body).object, let active = object["active"]
      else { throw .malformedResponse }
      // Only the boolean: "true" is another type (ASVS 15.3.5, ATTACKS O25).
      guard active == true else { return nil }
      // Some providers write null for a member that they leave out.
      return JSONObject(object.members.filter { $0.value != .null }.map { ($0.name, $0.value) })
    } catch {
      if error == .noResponse(.overloaded) { throw .overloaded }
      if case .wrongStatus(let status) = error, status == 404 || 300...399 ~= status {
        metadata.forget()
      }
      report(error)
      throw .providerUnavailable
    }
  }

  /// The setting, else what the metadata names.
  private func endpoint() async throws(ProviderFailure) -> String {
    if let url { return url }
    guard let found = try await metadata.current()[.introspection] else { throw .noMetadata }
    return found
  }

  private func send(_ token: Secret, for client: Client)
    async throws(ProviderFailure) -> OutboundResponse
  {
    // RFC 7662 §2.1
    let body =
      Array("token=".utf8) + FormBody.encoded(token.exposed)
      + Array("&token_type_hint=access_token".utf8)
    let request = OutboundRequest(
      .post(body), try await endpoint(),
      fields: [
        ("Authorization", authorization.exposed),
        ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
      ])
    do throws(OutboundError) {
      return try await http.send(request, for: client)
    } catch {
      throw .noResponse(error)
    }
  }

  /// At most one notice a minute: anybody can cause requests.
  private func report(_ failure: ProviderFailure) {
    guard pause.isOver(at: clock()) else { return }
    // RFC 7662 §2.3: these are our own credentials, not the caller's.
    let areCredentialsWrong = failure == .wrongStatus(401) || failure == .wrongStatus(403)
    log.notice(
      areCredentialsWrong
        ? "The identity provider refuses the client credentials for introspection."
        : "The identity provider could not be asked about a token.", failure)
  }
}
