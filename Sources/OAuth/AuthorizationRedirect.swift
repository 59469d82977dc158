package import Support

/// The response of the authorization endpoint: a redirect to the client. This is the only code that
/// builds one.
package enum AuthorizationRedirect: Sendable {
  /// RFC 6749 §4.1.2
  case code(Secret)
  /// RFC 6749 §4.1.2.1
  case error(OAuthProblem)

  /// The value of `Location`. It may contain a code, so it is secret.
  /// - Parameters:
  ///   - redirectURI: the URI of the request, which `RedirectURI.matches` has accepted.
  ///   - state: the parameter of the request, returned as it was.
  ///   - issuer: this server, so that the client notices a response of another (RFC 9207 §2).
  package func location(at redirectURI: String, state: String?, issuer: String) -> Secret {
    var parameters: [(name: String, value: String)] =
      switch self {
      case .code(let code): [("code", code.exposed)]
      case .error(let problem):
        [("error", problem.error.rawValue), ("error_description", problem.description)]
      }
    if let state { parameters.append(("state", state)) }
    parameters.append(("iss", issuer))  // RFC 9207 §2: also in error responses
    // RFC 6749 §3.1.2: the query of the URI stays.
    let separator =
      if !redirectURI.utf8.contains(UInt8(ascii: "?")) {
        "?"
      } else if redirectURI.hasBytes(atEnd: "?") || redirectURI.hasBytes(atEnd: "&") {
        ""
      } else {
        "&"
      }
    let query = String(decoding: FormBody.encoded(parameters), as: UTF8.self)
    return Secret(redirectURI + separator + query)
  }
}
