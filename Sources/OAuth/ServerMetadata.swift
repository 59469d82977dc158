private import JSON
private import Support

/// The metadata of this authorization server (RFC 8414 §2): a constant document.
package enum ServerMetadata {
  /// - Parameters:
  ///   - issuer: `CALCULATOR_BASE_URL`, without a slash at its end.
  ///   - allowsRegistration: whether `/register` is on.
  ///   - scopes: all scopes that a client may ask for.
  package static func document(issuer: String, allowsRegistration: Bool, scopes: [String])
    -> [UInt8]
  {
    let methods = strings(ClientAuthenticationMethod.allCases.map(\.rawValue))
    var document = JSONObject([
      ("issuer", .string(issuer)),
      ("authorization_endpoint", .string(issuer + "/authorize")),
      ("token_endpoint", .string(issuer + "/token")),
      ("jwks_uri", .string(issuer + "/jwks")),
      ("revocation_endpoint", .string(issuer + "/revoke")),
      ("scopes_supported", strings(scopes)),
      ("response_types_supported", ["code"]),
      ("response_modes_supported", ["query"]),
      ("grant_types_supported", strings(GrantType.allCases.map(\.rawValue))),
      ("token_endpoint_auth_methods_supported", methods),
      ("revocation_endpoint_auth_methods_supported", methods),
      ("code_challenge_methods_supported", [.string(CodeChallenge.method)]),
      ("client_id_metadata_document_supported", true),
      ("authorization_response_iss_parameter_supported", true),  // RFC 9207 §3
    ])
    if allowsRegistration { document["registration_endpoint"] = .string(issuer + "/register") }
    return JSONValue.object(document).serialized()
  }

  private static func strings(_ texts: [String]) -> JSONValue {
    .array(texts.map { .string($0) })
  }
}
