internal import Auth
package import HTTPTransport
package import Support

/// The paths of a server beside those of `Route`: an authorization server has some.
package protocol FurtherRoutes: Sendable {
  /// `nil` if there is no such path. A path is compared as it was sent.
  func resource(at path: String) -> FurtherResource?
}

/// What is at one path. No credential for MCP is needed for it, and none is read.
package struct FurtherResource: Sendable {
  /// Which web pages may read the responses (CORS).
  package enum Readers: Sendable {
    /// Those of every origin. No browser sends a credential of its own with such a request.
    case all
    /// None: a person's browser navigates there (RFC 9700 §2.6).
    case none
  }

  package typealias Respond =
    @Sendable (HTTPRequest, _ client: IPAddress) async throws(HTTPFault) -> HTTPResponse

  /// A response to a problem, in the form that the readers of this resource expect: no JSON-RPC.
  package typealias Refuse = @Sendable (_ status: Int, _ sentence: String) -> HTTPResponse

  let methods: [String]
  let readers: Readers
  /// Of the requests of an address.
  let limit: AddressLimit
  private let clock: @Sendable () -> MonotonicTime
  let respond: Respond
  private let refuse: Refuse

  package init(
    methods: [String], readers: Readers,
    limit: AddressLimit, clock: @escaping @Sendable () -> MonotonicTime,
    respond: @escaping Respond, refuse: @escaping Refuse
  ) {
    self.methods = methods
    self.readers = readers
    self.limit = limit
    self.clock = clock
    self.respond = respond
    self.refuse = refuse
  }

  /// The same resource, with the same limit, but that `first` may answer in its place.
  package func preceded(
    by first: @escaping @Sendable (HTTPRequest, _ client: IPAddress) async -> HTTPResponse?
  ) -> FurtherResource {
    FurtherResource(
      methods: methods, readers: readers, limit: limit, clock: clock,
      respond: { [respond] request, client throws(HTTPFault) in
        if let response = await first(request, client) { return response }
        return try await respond(request, client)
      }, refuse: refuse)
  }

  func refusal(_ status: Int, _ sentence: String) -> HTTPResponse {
    readable(refuse(status, sentence + "."))
  }

  /// Adds the field by which a web page may read the response, also if that is an error.
  private func readable(_ response: consuming HTTPResponse) -> HTTPResponse {
    if readers == .all {
      response.fields.append(("Access-Control-Allow-Origin", "*"))
      response.fields.append(("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After"))
    }
    return response
  }

  /// - Throws: `HTTPProblem.methodNotAllowed`, `.tooManyRequests` or `.fault`
  func response(to request: HTTPRequest, from client: IPAddress) async throws(HTTPProblem)
    -> HTTPResponse
  {
    var response: HTTPResponse
    if readers == .all, request.method == "OPTIONS" {
      response = AllowedOrigins.preflight(methods)
    } else {
      guard methods.contains(request.method) else { throw .methodNotAllowed(methods) }
      // ASVS 2.4.1
      if let decision = limit.charge(client, at: clock()) { throw .tooManyRequests(decision) }
      do throws(HTTPFault) {
        response = try await respond(request, client)
      } catch {
        throw .fault(error)
      }
    }
    return readable(response)
  }
}
