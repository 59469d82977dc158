package import HTTPClient
package import JSON
private import OAuth
private import Support

/// Sends requests to the service of one `UpstreamAccess`, with its credential, and maps each response
/// and each failure to `UpstreamError`.
///
/// The URL begins with the root of the settings. A caller of a tool only chooses the text of segments
/// and of values, and each of their bytes is encoded.
package struct UpstreamRequests: Sendable {
  package typealias Query = [(name: String, value: String)]

  /// The longest response, in bytes.
  package static let maximumLength = 1 << 20
  /// The longest URL, in bytes: that of `Origin`.
  package static let maximumURL = 2048
  /// The longest `Retry-After`, in seconds. A longer one is not told.
  package static let longestWait = 86_400

  private let access: UpstreamAccess
  private let http: any HTTPClient

  package init(_ access: UpstreamAccess, http: any HTTPClient) {
    self.access = access
    self.http = http
  }

  /// Whether a URL may have this path and this query. For a longer query some endpoints take a body.
  package func fits(_ segments: [String], query: Query) -> Bool {
    Self.text(access.root, segments, query).utf8.count <= Self.maximumURL
  }

  /// - Parameters:
  ///   - segments: the path after the root, decoded. None may be empty, `.` or `..`.
  ///   - query: decoded, in this order.
  /// - Returns: the JSON of a response with status 200.
  package func get(
    _ segments: [String], query: Query = []
  ) async throws(UpstreamError) -> JSONValue {
    try Self.json(of: await send(.get, segments, query: query))
  }

  /// - Parameter json: the body.
  /// - Returns: the JSON of a response with status 200.
  package func post(
    _ segments: [String], query: Query = [], json: JSONValue
  ) async throws(UpstreamError) -> JSONValue {
    try Self.json(
      of: await send(
        .post(json.serialized()), segments, query: query,
        fields: [("Content-Type", "application/json")]))
  }

  /// - Returns: a response with status 200 or 201.
  func send(
    _ method: OutboundRequest.Method, _ segments: [String], query: Query = [], fields: Query = []
  ) async throws(UpstreamError) -> OutboundResponse {
    // CWE-22, ATTACKS O133: programs resolve these segments, also where the dots are encoded
    // (RFC 3986 §5.2.4).
    guard segments.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw .invalidArgument("A name may not be empty, . or ..")
    }
    guard fits(segments, query: query) else {
      throw .invalidArgument("The arguments are too long for a request. Use shorter ones.")
    }
    // ASVS 15.2.2, ATTACKS O139: each page of a slow service may come just in time.
    guard access.hasTime else { throw .timeout }
    let authorization = try authorization()
    let credential = authorization.map { [("Authorization", $0.exposed)] } ?? []
    let request = OutboundRequest(
      method, Self.text(access.root, segments, query),
      fields: [("Accept", "application/json")] + credential + fields)
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(request, for: access.client)
    } catch {
      throw Self.error(error)
    }
    guard response.body.count <= Self.maximumLength else { throw .tooLarge }  // ASVS 15.2.2
    // Jira answers such a request as one of an anonymous user, with status 200 and fewer issues.
    if authorization != nil, Self.isLoginRefused(response) { throw .refused }
    if let error = Self.error(response) { throw error }
    return response
  }

  // MARK: The request

  /// RFC 3986 §2.1: `+` and a space become `%2B` and `%20`, in a path and in a query.
  private static func encoded(_ text: String) -> String {
    let form = FormBody.encoded(text)
    return String(
      decoding: form.flatMap { $0 == UInt8(ascii: "+") ? Array("%20".utf8) : [$0] }, as: UTF8.self)
  }

  private static func text(_ root: String, _ segments: [String], _ query: Query) -> String {
    let path = segments.map { "/" + encoded($0) }.joined()
    let parameters = query.map { encoded($0.name) + "=" + encoded($0.value) }
    return root + path + (query.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
  }

  /// The value of `Authorization`; `nil` for an anonymous request.
  private func authorization() throws(UpstreamError) -> Secret? {
    switch access.credential {
    case .anonymous: return nil
    case .bearer(let token):
      // RFC 6750 §2.1. A line break would begin another field (ATTACKS O43).
      guard !token.exposed.utf8.isEmpty, token.exposed.utf8.allSatisfy(ASCII.isVisible) else {
        throw .refused
      }
      return Secret("Bearer \(token.exposed)")
    case .basic(let user, let password):
      // RFC 7617 §2: the text after the first colon would become a part of the password.
      guard !user.utf8.contains(UInt8(ascii: ":")),
        // RFC 7617 §2: neither has control characters.
        !Self.hasControlCharacter(user), !Self.hasControlCharacter(password.exposed)
      else { throw .refused }
      let pair = Array(user.utf8) + [UInt8(ascii: ":")] + Array(password.exposed.utf8)
      return Secret("Basic " + Base64.standard.text(of: pair))
    }
  }

  /// Control characters of ASCII and of ISO 8859-1 (C0, DEL and C1).
  static func hasControlCharacter(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.value < 0x20 || 0x7F...0x9F ~= $0.value }
  }

  // MARK: The response

  static func json(of response: OutboundResponse) throws(UpstreamError) -> JSONValue {
    guard response.status == 200,
      // RFC 9110 §8.3: a page for people has another type.
      response.mediaType?.elementsEqual("application/json".utf8) == true,
      let value = try? JSONParser.parse(response.body)
    else { throw .invalidResponse }
    return value
  }

  /// Whether Jira or Confluence says that it has not accepted the credential.
  ///
  /// Source: developer.atlassian.com, "Basic authentication" of Jira Data Center. The second value
  /// means that the user must solve a CAPTCHA first.
  private static func isLoginRefused(_ response: OutboundResponse) -> Bool {
    response.fields.contains { field in
      ASCII.areEqual(field.name.utf8, "x-seraph-loginreason".utf8)
        && ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"].contains {
          ASCII.areEqual(field.value.utf8, $0.utf8)
        }
    }
  }

  private static func error(_ error: OutboundError) -> UpstreamError {
    switch error {
    case .timeout: .timeout
    case .tooLarge: .tooLarge
    case .refusedURL, .refusedAddress, .overloaded, .insecure, .unreachable: .unavailable
    }
  }

  /// `nil` for status 200 and 201. Nothing of the body is used: it may repeat the credential
  /// (ATTACKS O140).
  private static func error(_ response: OutboundResponse) -> UpstreamError? {
    switch response.status {
    case 200, 201: nil
    case 400: .refusedArgument
    case 401: .refused
    case 403: .forbidden
    case 404: .notFound
    case 429: .rateLimited(retryAfter: wait(response))
    case 500...599: .unavailable
    // A redirect is not followed: the credential is only for the root of the settings (CWE-918,
    // ATTACKS O132).
    default: .invalidResponse
    }
  }

  /// RFC 9110 §10.2.3: in seconds; `nil` for a date, for a longer wait, and for two fields.
  private static func wait(_ response: OutboundResponse) -> Int? {
    let fields = response.fields.filter { ASCII.areEqual($0.name.utf8, "retry-after".utf8) }
    guard fields.count == 1 else { return nil }
    return ASCII.decimal(Array(fields[0].value.utf8)[...], maximum: longestWait)
  }
}
