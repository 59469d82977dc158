internal import JSON
internal import OAuth
internal import State
private import Support

/// A response of an endpoint for programs: JSON that no cache keeps (RFC 6749 §5.1).
package struct EndpointResponse: Sendable {
  package let status: Int
  package let fields: [(name: String, value: String)]
  package let body: [UInt8]

  init(status: Int = 200, json: JSONValue) {
    self.status = status
    fields = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    body = json.serialized()
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
