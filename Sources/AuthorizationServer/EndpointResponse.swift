internal import Auth
internal import JSON
internal import OAuth
internal import State
private import Support

/// A response of an endpoint, which no cache keeps (RFC 6749 §5.1): JSON for a program, or a page for
/// a person.
package struct EndpointResponse: Sendable {
  package let status: Int
  package private(set) var fields: [(name: String, value: String)]
  package let body: [UInt8]

  init(status: Int = 200, json: JSONValue) {
    self.status = status
    fields = [
      ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
      ("X-Content-Type-Options", "nosniff"),
    ]
    body = json.serialized()
  }

  /// The response of an endpoint at which clients authenticate, or that of its problem.
  /// - Parameter authorization: the values of all `Authorization` lines.
  static func of(
    _ authorization: [String], _ report: (TokenEvent) -> Void,
    _ body: () async throws(OAuthProblem) -> EndpointResponse
  ) async -> EndpointResponse {
    do throws(OAuthProblem) {
      return try await body()
    } catch {
      report(.refused(error))
      return EndpointResponse(error, hadAuthorization: !authorization.isEmpty)
    }
  }

  /// RFC 9700 §4.12: 303, so that a browser never sends a form on. No cache keeps the URL, and the
  /// next page does not learn the one before (RFC 9700 §4.2.4).
  static func redirect(
    to url: String, _ fields: (name: String, value: String)...
  ) -> EndpointResponse {
    EndpointResponse(
      status: 303,
      fields: [
        ("Location", url), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
      ] + fields)
  }

  mutating func add(_ field: (name: String, value: String)) { fields.append(field) }

  /// A page. No other site can show it in a frame, where a person would not see what the button
  /// means (RFC 9700 §4.16).
  init(status: Int, html: HTML, policy: PagePolicy) {
    self.status = status
    fields = [
      ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
      ("Content-Security-Policy", policy.text), ("X-Frame-Options", "DENY"),
      ("X-Content-Type-Options", "nosniff"),
      // The URL of the page contains the request, so no other site may see it (RFC 9700 §4.2.4). With
      // `no-referrer`, Chromium would send our own forms with `Origin: null`.
      ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    body = Array(html.text.utf8)
  }

  /// The body has another media type than the one of the endpoint.
  package static let notAForm = EndpointResponse(
    OAuthProblem(
      .invalidRequest, "The Content-Type must be application/x-www-form-urlencoded."),
    hadAuthorization: false)
  package static let notJSON = EndpointResponse(
    OAuthProblem(.invalidRequest, "The Content-Type must be application/json."),
    hadAuthorization: false)
  package static let notAFormOfAPage = SignInProblem.incompleteForm.response

  /// A request of a program that no endpoint has read, for example because of its method.
  package static func refusal(_ status: Int, _ sentence: String) -> EndpointResponse {
    let error = status == 429 || status >= 500 ? OAuthError.temporarilyUnavailable : .invalidRequest
    return EndpointResponse(
      status: status,
      json: ["error": .string(error.rawValue), "error_description": .string(sentence)])
  }

  /// The server has too much to do, or cannot read its state.
  package static let busy = EndpointResponse(
    OAuthProblem(.temporarilyUnavailable, "The server has too much to do; try again later."),
    hadAuthorization: false)

  /// The same for a person: a page. A browser that opens its last tabs again asks for them with GET.
  package static func refusalPage(_ status: Int, _ sentence: String) -> EndpointResponse {
    let isMethod = status == 405
    return SignInProblem.http(
      status, isMethod ? "This page can be reached only from the one before it." : sentence
    ).response
  }

  /// RFC 7009 §2.2: a revocation has an empty response.
  static let empty = EndpointResponse(status: 200, fields: [("Cache-Control", "no-store")])

  private init(status: Int, fields: [(name: String, value: String)]) {
    (self.status, self.fields, body) = (status, fields, [])
  }

  /// RFC 6749 §5.2
  /// - Parameter hadAuthorization: whether the client used the header `Authorization`. Then a 401 has
  ///   a challenge.
  init(_ problem: OAuthProblem, hadAuthorization: Bool) {
    let plain = EndpointResponse(status: problem.error.status, json: problem.json)
    var fields = plain.fields
    if problem.error == .invalidClient, hadAuthorization {
      fields.append(("WWW-Authenticate", #"Basic realm="calculator", charset="UTF-8""#))
    }
    if problem.error == .temporarilyUnavailable { fields.append(("Retry-After", "5")) }
    (status, self.fields, body) = (plain.status, fields, plain.body)
  }
}

extension OAuthProblem {
  /// The state could not be read or changed.
  init(_ error: StateError) {
    switch error {
    case .busy, .full:
      self.init(.temporarilyUnavailable, "The server has too much to do; try again later.")
    default: self.init(.serverError, "The server cannot use its state; its log says why.")
    }
  }
}

extension BlockingPool {
  /// Runs work that waits for the state.
  func state<Value: Sendable>(
    for client: Client, _ work: @escaping @Sendable () throws(OAuthProblem) -> Value
  ) async throws(OAuthProblem) -> Value {
    let result: Result<Value, OAuthProblem>
    do throws(BlockingPoolIsFull) {
      result = try await run(for: client) { Result { () throws(OAuthProblem) in try work() } }
    } catch {
      throw OAuthProblem(.temporarilyUnavailable, "The server has too much to do; try again later.")
    }
    return try result.get()
  }
}
