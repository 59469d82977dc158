import AuthorizationServer
import Crypto
import JSON
import OAuth
import State
import Support
import TestSupport
import Testing

struct RegistrationEndpointTests {
  private static let start = Fixture.start + .milliseconds(999)

  /// An endpoint with a state, and what it reported.
  private struct Server {
    let state: AuthorizationState
    let endpoint: RegistrationEndpoint
    let events = Collected<RegistrationEvent>()

    init(maximumClients: Int = 10_000) throws {
      state = try AuthorizationState(path: ":memory:")
      endpoint = RegistrationEndpoint(
        state: state, maximumClients: maximumClients,
        random: { count in [UInt8](repeating: UInt8(count), count: count) },
        report: { [events] in events.add($0) })
    }

    func answer(_ body: String, now: WallTime = start) -> EndpointResponse {
      endpoint.respond(to: Array(body.utf8), now: now)
    }
  }

  private static let id = "dyn-EBAQEBAQEBAQEBAQEBAQEA"
  private static let secret = "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA"

  static let registered: [(String, String, String)] = [
    (
      "a public client",
      """
      {"client_name":"App","redirect_uris":["http://127.0.0.1/callback"],\
      "grant_types":["authorization_code","refresh_token"],"response_types":["code"],\
      "token_endpoint_auth_method":"none","scope":"calculate:basic offline_access",\
      "logo_uri":"https://app.example/logo.png"}
      """,
      """
      {"client_id":"\(id)","client_id_issued_at":1800000000,"client_name":"App",\
      "redirect_uris":["http://127.0.0.1/callback"],\
      "grant_types":["authorization_code","refresh_token"],"response_types":["code"],\
      "token_endpoint_auth_method":"none","application_type":"native"}
      """
    ),
    (
      "a client that says nothing", #"{"redirect_uris":["https://app.example/callback"]}"#,
      """
      {"client_id":"\(id)","client_id_issued_at":1800000000,"client_secret":"\(secret)",\
      "client_secret_expires_at":0,"redirect_uris":["https://app.example/callback"],\
      "grant_types":["authorization_code"],"response_types":["code"],\
      "token_endpoint_auth_method":"client_secret_basic","application_type":"web"}
      """
    ),
    (
      "a client with its secret in the body",
      """
      {"redirect_uris":["https://app.example/"],"token_endpoint_auth_method":"client_secret_post",\
      "application_type":"native","client_secret":"mine","client_id":"mine"}
      """,
      """
      {"client_id":"\(id)","client_id_issued_at":1800000000,"client_secret":"\(secret)",\
      "client_secret_expires_at":0,"redirect_uris":["https://app.example/"],\
      "grant_types":["authorization_code"],"response_types":["code"],\
      "token_endpoint_auth_method":"client_secret_post","application_type":"native"}
      """
    ),
    (
      "cursor:// beside https",
      """
      {"redirect_uris":["cursor://anysphere.cursor-retrieval/oauth/callback",\
      "https://app.example/"],"token_endpoint_auth_method":"none"}
      """,
      """
      {"client_id":"\(id)","client_id_issued_at":1800000000,\
      "redirect_uris":["https://app.example/"],"grant_types":["authorization_code"],\
      "response_types":["code"],"token_endpoint_auth_method":"none","application_type":"native"}
      """
    ),
    (
      "a name that turns the text",
      """
      {"client_name":"\\u202EApp","redirect_uris":["https://app.example/"],\
      "token_endpoint_auth_method":"none"}
      """,
      """
      {"client_id":"\(id)","client_id_issued_at":1800000000,"client_name":"App",\
      "redirect_uris":["https://app.example/"],"grant_types":["authorization_code"],\
      "response_types":["code"],"token_endpoint_auth_method":"none","application_type":"web"}
      """
    ),
  ]

  /// RFC 7591 §3.2.1
  @Test(arguments: registered)
  func registers(_ row: (name: String, body: String, response: String)) throws {
    let server = try Server()
    let response = server.answer(row.body)
    #expect(response.text == row.response)
    #expect(response.status == 201)
    #expect(response.field("Content-Type") == "application/json")
    #expect(response.field("Cache-Control") == "no-store")
    #expect(server.events.take() == [.registered(client: Self.id)])
    let stored = try #require(try server.state.client(Self.id))
    #expect(stored.isDynamic)
    #expect(stored.registeredAt == Fixture.start)
  }

  /// ATTACKS O94
  @Test func aSecretIsStoredAsItsDigest() throws {
    let server = try Server()
    _ = server.answer(#"{"redirect_uris":["https://app.example/"]}"#)
    let stored = try #require(try server.state.client(Self.id))
    #expect(stored.secretDigest?.bytes == SHA256Digest(of: Self.secret.utf8).bytes)
    #expect(stored.name == "app.example")
    #expect(!String(reflecting: stored).contains(Self.secret))
    #expect(!String(reflecting: server.events.take()).contains(Self.secret))
    // 256 bits
    #expect(Base64.url.decode(Array(Self.secret.utf8))?.count == 32)
  }

  /// RFC 7591 §3.2.1. MCP clients send the scope of the first challenge, and ask for more later.
  @Test func aScopeIsNoLimit() throws {
    let server = try Server()
    let response = server.answer(
      #"{"redirect_uris":["https://app.example/"],"scope":"calculate:basic openid"}"#)
    #expect(response.status == 201)
    #expect(!response.text.contains("scope"))
    #expect(try #require(try server.state.client(Self.id)).scopes.isEmpty)
  }

  @Test func aPublicClientHasNoSecret() throws {
    let server = try Server()
    _ = server.answer(
      #"{"redirect_uris":["https://app.example/"],"token_endpoint_auth_method":"none"}"#)
    #expect(try #require(try server.state.client(Self.id)).secretDigest == nil)
  }

  private static let uri = #""redirect_uris":["https://app.example/"]"#

  private static func uris(_ count: Int) -> String {
    let uris = (0..<count).map { #""https://app.example/\#($0)""# }
    return #"{"redirect_uris":[\#(uris.joined(separator: ","))]}"#
  }

  private static let noURI = "No redirect URI is https, or http with a loopback host."
  private static let wrongType = "A member has a wrong JSON type."

  static let refused: [(String, String, String, String)] = [
    ("no JSON", "", "invalid_client_metadata", "The metadata are not a JSON object."),
    ("an array", "[]", "invalid_client_metadata", "The metadata are not a JSON object."),
    (
      "a member twice", "{\(uri),\(uri)}", "invalid_client_metadata",
      "The metadata are not a JSON object."
    ),
    ("no redirect URI", "{}", "invalid_redirect_uri", noURI),
    // O93
    (
      "only schemes of its own", #"{"redirect_uris":["cursor://callback","app:/callback"]}"#,
      "invalid_redirect_uri", noURI
    ),
    (
      "scripts", #"{"redirect_uris":["javascript:alert(1)","data:text/html,x"]}"#,
      "invalid_redirect_uri", noURI
    ),
    ("http", #"{"redirect_uris":["http://app.example/"]}"#, "invalid_redirect_uri", noURI),
    (
      "a user before the host", #"{"redirect_uris":["https://app.example@other.example/"]}"#,
      "invalid_redirect_uri", noURI
    ),
    ("17 URIs", uris(17), "invalid_redirect_uri", "There are more than 16 redirect URIs."),
    (
      "a long name", #"{\#(uri),"client_name":"\#(String(repeating: "a", count: 129))"}"#,
      "invalid_client_metadata", "The client_name has more than 128 bytes."
    ),
    (
      "a name that is no text", #"{\#(uri),"client_name":["a"]}"#, "invalid_client_metadata",
      wrongType
    ),
    (
      "a text of URIs", #"{"redirect_uris":"https://app.example/"}"#, "invalid_client_metadata",
      wrongType
    ),
    (
      "private_key_jwt", #"{\#(uri),"token_endpoint_auth_method":"private_key_jwt"}"#,
      "invalid_client_metadata", "The token_endpoint_auth_method is not supported."
    ),
    (
      "another grant", #"{\#(uri),"grant_types":["client_credentials"]}"#,
      "invalid_client_metadata", "The grant_types must contain authorization_code."
    ),
    (
      "tokens in the redirect", #"{\#(uri),"response_types":["token"]}"#,
      "invalid_client_metadata", "The response_types must contain code."
    ),
    (
      "a malformed scope", #"{\#(uri),"scope":"a  b"}"#, "invalid_client_metadata",
      "The scope is malformed."
    ),
  ]

  /// RFC 7591 §3.2.2, ATTACKS O93
  @Test(arguments: refused)
  func refuses(_ row: (name: String, body: String, error: String, description: String)) throws {
    let server = try Server()
    let response = server.answer(row.body)
    #expect(response.status == 400)
    #expect(
      response.text
        == #"{"error":"\#(row.error)","error_description":"\#(row.description)"}"#)
    #expect(response.field("Cache-Control") == "no-store")
    #expect(try server.state.clients().isEmpty)
    guard case .refused(let problem)? = server.events.take().first else {
      Issue.record("nothing was reported")
      return
    }
    #expect(problem.description == row.description)
  }

  @Test func sixteenURIsAreRegistered() throws {
    #expect(try Server().answer(Self.uris(16)).status == 201)
  }

  /// ATTACKS O93
  @Test func aRequestHasALimit() throws {
    let server = try Server()
    let body = "{\(Self.uri)}"
    let space = String(
      repeating: " ", count: RegistrationEndpoint.maximumLength - body.utf8.count)
    #expect(server.answer(body + space + " ").text.contains("The request has more than 16 KiB."))
    #expect(server.answer(body + space).status == 201)
  }

  /// The bound of the state is the same as that of a request, but what is stored may be longer.
  @Test func metadataThatTheStateDoesNotTakeAreRefused() throws {
    let server = try Server()
    let uris = (0..<9).map { number in
      #""https://app.example/\#(number)\#(String(repeating: "a", count: 1780))""#
    }
    var body = #"{"redirect_uris":[\#(uris.joined(separator: ","))]}"#
    body = body.replacing(
      "app.example/8",
      with: "app.example/8"
        + String(repeating: "a", count: RegistrationEndpoint.maximumLength - body.utf8.count))
    #expect(body.utf8.count == RegistrationEndpoint.maximumLength)
    let response = server.answer(body)
    #expect(response.status == 400)
    #expect(response.text.contains("The metadata are too long."))
  }

  /// ATTACKS O94
  @Test func aFullTableIsNoErrorOfTheClient() throws {
    let server = try Server(maximumClients: 0)
    let response = server.answer("{\(Self.uri)}")
    #expect(response.status == 503)
    #expect(response.error == "temporarily_unavailable")
    #expect(response.field("Retry-After") == "5")
  }

  /// ATTACKS O94
  @Test func twoClientsHaveDifferentNames() throws {
    let state = try AuthorizationState(path: ":memory:")
    let endpoint = RegistrationEndpoint(
      state: state, random: RandomBytes.make, report: { _ in })
    for _ in 0..<2 {
      #expect(endpoint.respond(to: Array("{\(Self.uri)}".utf8), now: Self.start).status == 201)
    }
    #expect(try state.clients().count == 2)
  }
}
