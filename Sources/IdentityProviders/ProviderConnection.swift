internal import Auth
internal import HTTPClient
internal import JSON
private import OAuth
internal import Support

/// The requests to one provider, and what all providers have in common in their responses.
///
/// Each error gives one notice in the log, at most one a minute for each provider. The file is long
/// because the requests, the checks and the notices belong together.
final class ProviderConnection: Sendable {
  /// The longest response, in bytes.
  static let maximumLength = 1 << 16
  /// The longest access token, in bytes.
  static let maximumTokenLength = 1 << 14

  private let id: String
  private let configuration: ProviderConfiguration
  private let context: ProviderContext
  private let pause = Pause()

  /// - Parameter id: as in `ProviderDescription`.
  init(_ id: String, _ configuration: ProviderConfiguration, _ context: ProviderContext) {
    self.id = id
    self.configuration = configuration
    self.context = context
  }

  // MARK: The page of the provider

  /// An authorization request (RFC 6749 §4.1.1).
  /// - Parameter endpoint: its query stays (RFC 6749 §3.1).
  func authorizeURL(
    _ endpoint: String, for request: ProviderRequest, _ more: [(name: String, value: String)]
  ) -> String {
    let parameters = [
      ("response_type", "code"), ("client_id", configuration.clientID),
      ("redirect_uri", request.redirectURI), ("scope", configuration.scope),
      ("state", request.state.exposed),
    ]
    return AuthorizationURL.text(endpoint, parameters + more)
  }

  // MARK: Tokens

  /// What exchanges a code for tokens (RFC 6749 §4.1.3).
  enum TokenRequest {
    case form([(name: String, value: String)])
    case json([(String, JSONValue)])
  }

  /// The response to a token request (RFC 6749 §5.1).
  /// - Parameter mayBeForm: whether the provider also answers with a form.
  /// - Throws: `ProviderError.refused` for an error, also for one with status 200.
  func tokens(
    _ request: TokenRequest, at url: String, fields: [(name: String, value: String)] = [],
    mayBeForm: Bool = false, for client: Client
  ) async throws(ProviderError) -> ProviderTokens {
    let (type, body) =
      switch request {
      case .form(let parameters): (TokenResponse.formType, FormBody.encoded(parameters))
      case .json(let members):
        (TokenResponse.jsonType, JSONValue.object(JSONObject(members)).serialized())
      }
    let response = try await send(
      OutboundRequest(
        .post(body), url,
        fields: [("Content-Type", type), ("Accept", TokenResponse.jsonType)] + fields),
      for: client)
    let answer = TokenResponse(
      mediaType: response.mediaType, body: response.body, mayBeForm: mayBeForm)
    try check(response.status, answer?.error)
    guard let answer else { throw failure(.invalidResponse, "malformed_response") }
    // RFC 6749 §5.2; GitHub sends it with status 200.
    if let error = answer.error { throw failure(.refused, error) }
    // RFC 6749 §7.1: a token of another type is not used.
    guard let type = answer["token_type"], ASCII.areEqual(type.utf8, "bearer".utf8) else {
      throw failure(.invalidResponse, "malformed_token_type")
    }
    // RFC 6750 §2.1: it becomes the value of a field.
    guard let access = answer["access_token"], 1...Self.maximumTokenLength ~= access.utf8.count,
      access.utf8.allSatisfy(ASCII.isVisible)
    else { throw failure(.invalidResponse, "malformed_access_token") }
    return ProviderTokens(
      access: Secret(access), refresh: answer["refresh_token"].map(Secret.init),
      id: answer["id_token"].map(Secret.init), scope: answer["scope"])
  }

  // MARK: The person

  /// A document that the access token opens (RFC 6750 §2.1).
  func json(
    _ url: String, _ tokens: ProviderTokens, accept: String = TokenResponse.jsonType,
    fields: [(name: String, value: String)] = [], for client: Client
  ) async throws(ProviderError) -> JSONValue {
    let response = try await send(
      OutboundRequest(
        .get, url,
        fields: [
          ("Authorization", "Bearer \(tokens.access.exposed)"), ("Accept", accept),
        ] + fields),
      for: client)
    try check(response.status)
    guard let value = try? JSONParser.parse(response.body) else {
      throw failure(.invalidResponse, "malformed_response")
    }
    return value
  }

  /// A person with a usable identifier. Other texts that are not usable are left out.
  func user(
    id: String?, login: String? = nil, name: String?, email: String?, groups: [String] = []
  ) throws(ProviderError) -> ProviderUser {
    // ASVS 15.2.2, 16.4.1: bounded, without control characters.
    guard let id, Subject.isValid(id) else { throw failure(.invalidResponse, "malformed_id") }
    func usable(_ text: String?) -> String? { text.flatMap { Subject.isValid($0) ? $0 : nil } }
    return ProviderUser(
      id: id, login: usable(login), name: usable(name), email: usable(email), groups: groups)
  }

  // MARK: Errors

  /// Writes the notice of an error, and returns the error.
  /// - Parameter reason: one word of this program, never a text of the response.
  func failure(_ error: ProviderError, _ reason: String, status: Int? = nil) -> ProviderError {
    if pause.isOver(at: context.clock()) {
      context.log.write(
        .info,
        [
          ("event", "notice"), ("message", "A sign-in failed at the identity provider."),
          ("provider", .string(id)), ("reason", .string(reason)),
        ] + (status.map { [("status", .number(JSONNumber($0)))] } ?? []))
    }
    return error
  }

  private func send(
    _ request: OutboundRequest, for client: Client
  ) async throws(ProviderError) -> OutboundResponse {
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await context.http.send(request, for: client)
    } catch {
      throw failure(error == .tooLarge ? .invalidResponse : .unavailable, error.reason)
    }
    guard response.body.count <= Self.maximumLength else {  // ASVS 15.2.2
      throw failure(.invalidResponse, OutboundError.tooLarge.reason)
    }
    return response
  }

  /// - Parameter reason: of the response, instead of its status.
  private func check(_ status: Int, _ reason: String? = nil) throws(ProviderError) {
    switch status {
    case 200: return
    case 429, 500...599: throw failure(.unavailable, Self.wrongStatus, status: status)
    case 400...499: throw failure(.refused, reason ?? Self.wrongStatus, status: status)
    // A redirect is not followed (RFC 9700 §4.11).
    default: throw failure(.invalidResponse, Self.wrongStatus, status: status)
    }
  }

  private static let wrongStatus = "wrong_status"
}

extension JSONObject {
  /// `email`, only if this object says that the provider has verified it (OpenID Connect Core 1.0
  /// §5.1). Only the boolean counts: "true" is another type.
  var verifiedEmail: String? { self["email_verified"] == true ? self["email"]?.string : nil }
}
