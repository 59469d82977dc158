import Auth
import AuthorizationServer
import OAuth
import Support
import Testing

struct AuthorizationRequestTests {
  typealias Parameters = [(String, String)]
  static let good: Parameters = [
    ("client_id", "public"), ("redirect_uri", Fixture.redirectURI), ("response_type", "code"),
    ("code_challenge", Fixture.challenge), ("code_challenge_method", "S256"), ("state", "xyz"),
    ("resource", Fixture.settings.resource.text),
  ]

  static func read(_ parameters: Parameters) throws -> AuthorizationRequest {
    let query = try FormBody(Fixture.form(parameters))
    let result: Result<AuthorizationRequest, OAuthProblem> = ThreadExecutor.run {
      do throws(OAuthProblem) {
        return .success(
          try await AuthorizationRequest(
            query, clients: Fixture.Clients(), for: .local, Fixture.settings))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  static func replacing(_ name: String, _ value: String?) -> Parameters {
    good.filter { $0.0 != name } + (value.map { [(name, $0)] } ?? [])
  }

  @Test func readsARequest() throws {
    let request = try Self.read(Self.good)
    #expect(request.client.id == "public")
    #expect(request.redirectURI == Fixture.redirectURI)
    #expect(request.state == "xyz")
    #expect(request.scopes.text == "calculate:basic")
    #expect(request.challenge.text == Fixture.challenge)
  }

  static let pages: [(String, String, String?)] = [
    ("no client_id", "client_id", nil), ("an unknown client", "client_id", "nobody"),
    ("no redirect_uri", "redirect_uri", nil),
    ("a longer path", "redirect_uri", Fixture.redirectURI + "/x"),
    ("a shorter path", "redirect_uri", "https://app.example/"),
    ("a query", "redirect_uri", Fixture.redirectURI + "?x=1"),
    ("a fragment", "redirect_uri", Fixture.redirectURI + "#x"),
    ("another port", "redirect_uri", "https://app.example:8443/callback"),
    ("the host in upper case", "redirect_uri", "https://APP.example/callback"),
    ("a user before the host", "redirect_uri", "https://app.example@evil.example/callback"),
    ("a path that goes up", "redirect_uri", "https://app.example/x/../callback"),
    ("javascript", "redirect_uri", "javascript:alert(1)"),
    ("another loopback host", "redirect_uri", "http://localhost/callback"),
  ]

  /// OAuth 2.1 §4.1.2.1, RFC 9700 §4.1.3: no browser is redirected.
  /// ATTACKS O70, O71
  @Test(arguments: pages)
  func showsAPage(_ row: (name: String, parameter: String, value: String?)) {
    #expect(throws: OAuthProblem.self) { try Self.read(Self.replacing(row.parameter, row.value)) }
  }

  static let errors: [(String, String, String?, OAuthError)] = [
    ("no response_type", "response_type", nil, .invalidRequest),
    ("response_type token", "response_type", "token", .unsupportedResponseType),
    ("response_type code token", "response_type", "code token", .unsupportedResponseType),
    ("response_mode fragment", "response_mode", "fragment", .invalidRequest),
    ("a request object", "request", "eyJ", .invalidRequest),
    ("the URL of a request object", "request_uri", "https://evil.example/", .invalidRequest),
    ("no code_challenge", "code_challenge", nil, .invalidRequest),
    (
      "a code_challenge of 42", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
      .invalidRequest
    ),
    ("no code_challenge_method", "code_challenge_method", nil, .invalidRequest),
    ("plain", "code_challenge_method", "plain", .invalidRequest),
    ("another resource", "resource", "https://other.example/mcp", .invalidTarget),
    ("an unknown scope alone", "scope", "tokens:manage", .invalidScope),
    ("a scope that is none", "scope", "\"", .invalidScope),
  ]

  /// RFC 9700 §4.11.2: no redirect to a client that the person has not allowed.
  /// ATTACKS O71, O72
  @Test(arguments: errors)
  func refuses(_ row: (name: String, parameter: String, value: String?, error: OAuthError)) {
    #expect {
      try Self.read(Self.replacing(row.parameter, row.value))
    } throws: { error in
      (error as? OAuthProblem)?.error == row.error
    }
  }

  static let scopeRows: [(String, String?, String)] = [
    ("public", nil, "calculate:basic"),
    ("public", "calculate:advanced calculate:basic", "calculate:advanced calculate:basic"),
    ("public", "openid calculate:basic offline_access", "calculate:basic"),
    ("modest", "calculate:basic calculate:advanced", "calculate:basic"),
  ]

  /// RFC 6749 §3.3: unknown scopes, and scopes that the client may not have, are dropped.
  @Test(arguments: scopeRows)
  func scopes(_ client: String, _ asked: String?, _ granted: String) throws {
    var parameters = Self.replacing("client_id", client)
    if let asked { parameters.append(("scope", asked)) }
    #expect(try Self.read(parameters).scopes.text == granted)
  }

  /// RFC 8252 §7.3: the port of a native client is not known before.
  @Test func aNativeClientPicksAPort() throws {
    let uri = "http://127.0.0.1:51004/callback"
    #expect(try Self.read(Self.replacing("redirect_uri", uri)).redirectURI == uri)
    // A confidential client is no native one.
    #expect(throws: OAuthProblem.self) {
      try Self.read(
        Self.replacing("redirect_uri", uri).filter { $0.0 != "client_id" }
          + [("client_id", "secret")])
    }
  }
}
