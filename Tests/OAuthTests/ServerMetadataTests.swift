import JSON
import Testing

@testable import OAuth

struct ServerMetadataTests {
  private static func members(_ allowsRegistration: Bool) throws -> JSONObject {
    let document = ServerMetadata.document(
      issuer: "https://a.example", allowsRegistration: allowsRegistration,
      scopes: ["calculate:basic", "calculate:advanced"])
    return try #require(JSONParser.parse(document).object)
  }

  /// RFC 8414 §2
  @Test func hasExactlyTheseMembers() throws {
    let methods: JSONValue = ["none", "client_secret_basic", "client_secret_post"]
    let expected = JSONObject([
      ("issuer", "https://a.example"), ("authorization_endpoint", "https://a.example/authorize"),
      ("token_endpoint", "https://a.example/token"), ("jwks_uri", "https://a.example/jwks"),
      ("revocation_endpoint", "https://a.example/revoke"),
      ("scopes_supported", ["calculate:basic", "calculate:advanced"]),
      ("response_types_supported", ["code"]), ("response_modes_supported", ["query"]),
      ("grant_types_supported", ["authorization_code", "refresh_token"]),
      ("token_endpoint_auth_methods_supported", methods),
      ("revocation_endpoint_auth_methods_supported", methods),
      ("code_challenge_methods_supported", ["S256"]),
      ("client_id_metadata_document_supported", true),
      ("authorization_response_iss_parameter_supported", true),
    ])
    #expect(try Self.members(false) == expected)
  }

  @Test func namesTheRegistrationEndpointIfItIsOn() throws {
    var members = try Self.members(true)
    #expect(members["registration_endpoint"] == "https://a.example/register")
    members["registration_endpoint"] = nil
    #expect(try members == Self.members(false))
  }
}
