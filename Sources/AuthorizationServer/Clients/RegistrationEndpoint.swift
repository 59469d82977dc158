private import Crypto
private import JSON
package import OAuth
package import State
package import Support

/// The registration endpoint (RFC 7591 §3): a client registers itself.
///
/// It registers no `scope` (RFC 7591 §3.2.1: the server may leave out what it was sent). An MCP client
/// sends the scope of its first challenge, and may ask for more scopes later (MCP 2026-07-28 "Step-Up
/// Authorization Flow"). As anybody may register for any scope, it would protect nothing: the person
/// and the person's role decide.
package struct RegistrationEndpoint: Sendable {
  /// The beginning of the `client_id` of each registered client.
  package static let prefix = "dyn-"
  /// Of a request, in bytes.
  package static let maximumLength = 16 << 10

  private let state: AuthorizationState
  private let maximumClients: Int
  private let random: @Sendable (_ count: Int) -> [UInt8]
  private let report: @Sendable (RegistrationEvent) -> Void

  /// - Parameter maximumClients: how many clients the state may have.
  package init(
    state: AuthorizationState, maximumClients: Int = 10_000,
    random: @escaping @Sendable (_ count: Int) -> [UInt8],
    report: @escaping @Sendable (RegistrationEvent) -> Void
  ) {
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
      let now = now.wholeSeconds
      let secret =
        metadata.authenticationMethod == .none ? nil : Secret(Base64.url.text(of: random(32)))
      let client = RegisteredClient(
        id: Self.prefix + Base64.url.text(of: random(16)),
        name: metadata.name?.text ?? metadata.redirectURIs[0].host,
        redirectURIs: metadata.redirectURIs.map(\.text),
        grantTypes: metadata.grantTypes.map(\.rawValue), scopes: [],
        secretDigest: secret.map { SHA256Digest(of: $0.exposed.utf8) }, isDynamic: true,
        registeredAt: now)
      try register(client, now)
      report(.registered(client: client.id))
      return EndpointResponse(status: 201, json: Self.json(client, metadata, secret: secret))
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
    _ client: RegisteredClient, _ metadata: ClientMetadata, secret: Secret?
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
    return .object(JSONObject(members))
  }
}

/// What the audit log says of the registration endpoint. No case has a secret.
package enum RegistrationEvent: Sendable, Equatable {
  case registered(client: String)
  case refused(OAuthProblem)
}
