private import JSON
package import Support

/// What a client presents at the token endpoint (RFC 6749 §2.3.1). Nothing is verified yet.
package enum ClientCredentials: Sendable {
  /// A public client.
  case none(clientID: String)
  case basic(clientID: String, Secret)
  case post(clientID: String, Secret)

  package var clientID: String {
    switch self {
    case .none(let id), .basic(let id, _), .post(let id, _): id
    }
  }

  /// - Parameters:
  ///   - authorization: the values of all `Authorization` lines.
  ///   - body: the parameters of the request.
  /// - Throws: `OAuthProblem` with `invalid_request`: two methods. With `invalid_client`: none that
  ///   this server knows; after an `Authorization` the response needs `WWW-Authenticate` (RFC 6749
  ///   §5.2).
  package init(authorization: [String], body: FormBody) throws(OAuthProblem) {
    let id = body["client_id"]
    let secret = body["client_secret"]
    // RFC 6749 §2.3: one method a request.
    guard authorization.count <= 1, authorization.isEmpty || secret == nil else {
      throw OAuthProblem(.invalidRequest, "The client used two methods to authenticate.")
    }
    if let value = authorization.first {
      let (name, password) = try Self.basic(Array(value.utf8))
      // RFC 6749 §3.2.1: clients also name themselves in the body. It must be the same client.
      guard id?.hasSameBytes(as: name) != false else {
        throw OAuthProblem(.invalidRequest, "The request names two clients.")
      }
      self = .basic(clientID: name, password)
      return
    }
    guard let id else { throw OAuthProblem(.invalidClient, "The client_id is missing.") }
    self = secret.map { .post(clientID: id, Secret($0)) } ?? .none(clientID: id)
  }

  /// The value of `Authorization` with which this server authenticates at another one.
  package static func authorization(clientID: String, _ secret: Secret) -> Secret {
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    let pair =
      FormBody.encoded(clientID) + [UInt8(ascii: ":")] + FormBody.encoded(secret.exposed)
    return Secret("Basic " + Base64.standard.text(of: pair))
  }

  /// `Basic`, spaces, and Base64 of both halves, each form-encoded (RFC 7617 §2, RFC 6749 §2.3.1).
  private static func basic(_ value: [UInt8]) throws(OAuthProblem) -> (String, Secret) {
    let malformed = OAuthProblem(.invalidClient, "The Authorization header is not valid.")
    let end = value.firstIndex(of: ASCII.space) ?? value.endIndex
    guard value.count <= FormBody.maximumLength,
      // RFC 9110 §11.1: in either case.
      value[..<end].map(ASCII.lowercase).elementsEqual("basic".utf8),
      let pair = Base64.standard.decode(Array(value[end...].drop { $0 == ASCII.space })),
      let colon = pair.firstIndex(of: UInt8(ascii: ":")),
      let id = try? FormBody.decoded(pair[..<colon]),
      let secret = try? FormBody.decoded(pair[(colon + 1)...]),
      // A client without a secret is public, and public clients send no Basic.
      !id.isEmpty, !secret.isEmpty
    else { throw malformed }
    return (id, Secret(secret))
  }
}
