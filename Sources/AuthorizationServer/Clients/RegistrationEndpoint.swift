private import Crypto
private import JSON
package import OAuth
package import State
package import Support

/// The registration endpoint (RFC 7591 §3): a client registers itself.
package struct RegistrationEndpoint: Sendable {
  /// The beginning of the `client_id` of each registered client.
  package static let prefix = "dyn-"
  /// Of a request, in bytes.
  package static let maximumLength = 16 << 10

  private let settings: AuthorizationServerSettings
  private let state: AuthorizationState
  private let maximumClients: Int
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let report: @Sendable (RegistrationEvent) -> Void

  /// - Parameter maximumClients: how many clients the state may have.
  package init(
    _ settings: AuthorizationServerSettings, state: AuthorizationState,
    maximumClients: Int = 10_000, random: @escaping @Sendable (_ count: Int) -> [UInt8],
    report: @escaping @Sendable (RegistrationEvent) -> Void
  ) {
    self.settings = settings
    self.state = state
    self.maximumClients = maximumClients
    self.random = random
    self.report = report
  }

  /// It writes to the state, so it blocks for some milliseconds.
  /// - Parameter body: the caller has checked that it is `application/json`.
  package func respond(to body: [UInt8], now: WallTime) -> EndpointResponse {
    do throws(OAuthProblem) {
      let metadata = try Self.metadata(body)
      let scopes = try scopes(of: metadata)
      let now = now.wholeSeconds
      let secret =
        metadata.authenticationMethod == .none ? nil : Secret(Base64.url.text(of: random(32)))
      let client = RegisteredClient(
        id: Self.prefix + Base64.url.text(of: random(16)),
        name: metadata.name?.text ?? metadata.redirectURIs[0].host,
        redirectURIs: metadata.redirectURIs.map(\.text),
        grantTypes: metadata.grantTypes.map(\.rawValue), scopes: scopes?.scopes ?? [],
        secretDigest: secret.map { SHA256Digest(of: $0.exposed.utf8) }, isDynamic: true,
        registeredAt: now)
      try register(client, now)
      report(.registered(client: client.id))
      return EndpointResponse(
        status: 201, json: Self.json(client, metadata, scopes, secret: secret))
    } catch {
      report(.refused(error))
      return EndpointResponse(error, hadAuthorization: false)
    }
  }

  private static func metadata(_ body: [UInt8]) throws(OAuthProblem) -> ClientMetadata {
    guard body.count <= maximumLength else {
      throw OAuthProblem(.invalidClientMetadata, "The request has more than 16 KiB.")
    }
    guard let object = try? JSONParser.parse(body).object else {
      throw ClientMetadataError.notAnObject.problem
    }
    do throws(ClientMetadataError) {
      return try ClientMetadata(registration: object)
    } catch {
      throw error.problem
    }
  }

  /// Those of the client that exist here (RFC 7591 §3.2.1: the server may replace what it was sent);
  /// `nil` if it named none. It may then ask for all.
  private func scopes(of metadata: ClientMetadata) throws(OAuthProblem) -> ScopeList? {
    guard let asked = metadata.scope else { return nil }
    let scopes = asked.intersection(settings.scopes)
    guard !scopes.scopes.isEmpty else {
      throw OAuthProblem(.invalidClientMetadata, "None of the scopes exists here.")
    }
    return scopes
  }

  private func register(_ client: RegisteredClient, _ now: WallTime) throws(OAuthProblem) {
    do throws(StateError) {
      try state.register(client, limit: maximumClients, now: now)
    } catch .tooLarge {
      throw OAuthProblem(.invalidClientMetadata, "The metadata are too long.")
    } catch {
      throw OAuthProblem(error)
    }
  }

  /// RFC 7591 §3.2.1: what is registered, which may be less than the client sent.
  private static func json(
    _ client: RegisteredClient, _ metadata: ClientMetadata, _ scopes: ScopeList?, secret: Secret?
  ) -> JSONValue {
    let issuedAt = client.registeredAt.milliseconds / 1000
    var members: [(String, JSONValue)] = [
      ("client_id", .string(client.id)),
      ("client_id_issued_at", .number(JSONNumber(issuedAt))),
    ]
    if let secret {
      // 0: it does not expire.
      members += [("client_secret", .string(secret.exposed)), ("client_secret_expires_at", 0)]
    }
    if let name = metadata.name { members.append(("client_name", .string(name.text))) }
    members += [
      ("redirect_uris", .array(client.redirectURIs.map(JSONValue.string))),
      ("grant_types", .array(client.grantTypes.map(JSONValue.string))),
      ("response_types", ["code"]),
      ("token_endpoint_auth_method", .string(metadata.authenticationMethod.rawValue)),
      ("application_type", .string(metadata.applicationType.rawValue)),
    ]
    if let scopes { members.append(("scope", .string(scopes.text))) }
    return .object(JSONObject(members))
  }
}

/// What the audit log says of the registration endpoint. No case has a secret.
package enum RegistrationEvent: Sendable, Equatable {
  case registered(client: String)
  case refused(OAuthProblem)
}
