package import Auth
package import HTTPClient
private import JSON
package import Support

/// Asks an authority by the OpenID AuthZEN Authorization API 1.0.
///
/// Nothing is cached: a right that ends at the authority ends here with the next call.
package struct AuthZENAuthority: Authority {
  /// The longest response, in bytes.
  package static let maximumLength = 1 << 16

  private let url: String
  private let token: Secret?
  private let http: any HTTPClient

  /// - Parameters:
  ///   - url: the Access Evaluation endpoint (AuthZEN 1.0 §6).
  ///   - token: the Bearer token of this server at the authority.
  package init(url: String, token: Secret?, http: any HTTPClient) {
    self.url = url
    self.token = token
    self.http = http
  }

  package func decide(_ question: AuthorityQuestion) async -> AuthorityDecision {
    var fields = [("Content-Type", "application/json"), ("Accept", "application/json")]
    if let token { fields.append(("Authorization", "Bearer \(token.exposed)")) }
    let request = OutboundRequest(.post(Self.body(question).serialized()), url, fields: fields)
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(request, for: question.client)
    } catch {
      return .unavailable(reason: "authority_\(error.reason)")
    }
    // AuthZEN 1.0 §10.1: a decision has the status 200. Another status is no decision.
    guard response.status == 200 else {
      return .unavailable(reason: "authority_status_\(response.status)")
    }
    // AuthZEN 1.0 §10.1: a decision is JSON. A page of a gateway is none (ATTACKS O60).
    // RFC 8259 §11
    guard response.mediaType == Array("application/json".utf8) else {
      return .unavailable(reason: "authority_media_type")
    }
    guard response.body.count <= Self.maximumLength,
      case .bool(let isAllowed)? = (try? JSONParser.parse(response.body))?.object?["decision"]
    else {
      // Only the boolean: "true" is another type (ASVS 15.3.5, ATTACKS O60).
      return .unavailable(reason: "authority_malformed")
    }
    return isAllowed ? .allow : .deny
  }

  /// AuthZEN 1.0 §5: who, does what, to what.
  private static func body(_ question: AuthorityQuestion) -> JSONValue {
    let identity = question.identity
    var subject: [(String, JSONValue)] = [
      ("type", identity.isUser ? "user" : "client"), ("id", .string(identity.subject.text)),
    ]
    if let provider = identity.provider {
      subject.append(("properties", ["iss": .string(provider.issuer)]))
    }
    var resource: [(String, JSONValue)] = [("type", "tool"), ("id", .string(question.tool))]
    if let object = question.object {
      resource.append(("properties", ["object": .string(object)]))
    }
    var context: [(String, JSONValue)] = []
    if let client = identity.provider?.client { context.append(("client", .string(client.text))) }
    return [
      "subject": .object(JSONObject(subject)), "action": ["name": .string(question.tool)],
      "resource": .object(JSONObject(resource)), "context": .object(JSONObject(context)),
    ]
  }
}

extension Identity {
  /// Whether a user called. A client that acts for itself may have the name of a user (RFC 9068 §5,
  /// ATTACKS O61), and so may the caller of a token that names no client.
  var isUser: Bool { provider.map { $0.client != nil && !$0.isClient } ?? false }
}
