package import Auth
private import Support

/// Sends one HTTP request to another server.
package protocol HTTPClient: Sendable {
  /// Sends the request, and awaits the whole response. No redirect is followed: a 3xx is a response
  /// like every other.
  /// - Parameter client: the client that caused the request. Each client has a share of the queue
  ///   (ATTACKS R11); `.local` for a request that several clients share.
  /// - Throws: `OutboundError`. A response of any status is no error.
  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
}

/// A request to another server.
package struct OutboundRequest: Sendable {
  package enum Method: Sendable, Equatable {
    case get
    case post([UInt8])
    /// Without a body.
    case delete
  }

  package let method: Method
  /// An absolute URL.
  package let url: String
  /// No name and no value may have a control character. Values may be secret: never log them.
  package let fields: [(name: String, value: String)]

  package init(_ method: Method, _ url: String, fields: [(name: String, value: String)] = []) {
    self.method = method
    self.url = url
    self.fields = fields
  }
}

/// The response of another server. Its size is bounded.
package struct OutboundResponse: Sendable {
  package let status: Int
  /// In the order of the response.
  package let fields: [(name: String, value: String)]
  package let body: [UInt8]

  package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8]) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// Why there is no response.
package enum OutboundError: Error, Sendable, Equatable {
  /// Not an absolute `https` URL, or `http` without leave; or a URL that this client may not call. Or
  /// a field that HTTP does not allow.
  case refusedURL
  /// The name resolves to an address that the policy refuses.
  case refusedAddress
  /// Too many requests wait. This one was not sent.
  case overloaded
  case timeout
  /// The head or the body is larger than the limit.
  case tooLarge
  /// The certificate or the TLS version is not accepted.
  case insecure
  /// No connection, or no valid HTTP.
  case unreachable

  /// One word for logs.
  package var reason: String {
    switch self {
    case .refusedURL: "refused_url"
    case .refusedAddress: "refused_address"
    case .overloaded: "overloaded"
    case .timeout: "timeout"
    case .tooLarge: "too_large"
    case .insecure: "insecure"
    case .unreachable: "unreachable"
    }
  }
}
