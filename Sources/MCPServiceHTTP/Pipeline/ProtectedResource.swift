package import Auth
internal import HTTPTransport
private import Support

/// What an OAuth resource server says to a client that has no token, or a token without a scope
/// (RFC 9728, RFC 6750 §3).
///
/// Every part comes from the settings, never from a request: a `Host` or an `X-Forwarded-Host` could
/// send the client to a foreign authorization server (RFC 9728 §7.3).
package struct ProtectedResource: Sendable {
  private let document: [UInt8]
  private let metadataURL: String
  private let initialScopes: [Permission]
  private let scopes: [Permission: [Permission]]

  /// - Parameters:
  ///   - document: the metadata, as JSON (RFC 9728 §2).
  ///   - metadataURL: the absolute URL of the document, without quotes and backslashes.
  ///   - initialScopes: the scopes to ask for at first: the least with which a client can begin.
  ///   - scopes: for each permission, all scopes that an operation with it needs. A permission
  ///     without an entry is granted by no scope.
  package init(
    document: [UInt8], metadataURL: String, initialScopes: [Permission],
    scopes: [Permission: [Permission]]
  ) {
    self.document = document
    self.metadataURL = metadataURL
    self.initialScopes = initialScopes
    self.scopes = scopes
  }

  // MARK: Challenges

  /// The challenge of a 401 (RFC 9728 §5.1).
  /// - Parameters:
  ///   - error: `nil` for a request without a token (RFC 6750 §3).
  ///   - permission: what the refused operation needs, if it is known.
  func challenge(error: Challenge.Error?, for permission: Permission? = nil) -> Challenge {
    Challenge(
      .bearer, error: error,
      description: error == .invalidToken
        ? "The token is not valid here: get a new one for this resource" : nil,
      scope: permission.flatMap { scopes[$0] } ?? initialScopes, resourceMetadata: metadataURL)
  }

  /// The challenge of a 403: all scopes that the operation needs (RFC 6750 §3.1). `nil` if no scope
  /// grants the permission: a client would ask for a new token in vain.
  func insufficientScope(_ permission: Permission) -> Challenge? {
    scopes[permission].map {
      Challenge(
        .bearer, error: .insufficientScope,
        description: "The token has no scope for this operation", scope: $0,
        resourceMetadata: metadataURL)
    }
  }

  // MARK: Metadata

  /// The metadata (RFC 9728 §3.2). It is public, and a page of any origin may read it. A page that
  /// sends `MCP-Protocol-Version` asks by `OPTIONS` first.
  /// - Throws: `HTTPProblem.methodNotAllowed`
  func response(to request: HTTPRequest) throws(HTTPProblem) -> HTTPResponse {
    var response: HTTPResponse
    if request.method == "OPTIONS" {
      response = AllowedOrigins.preflight(Route.metadata.methods)
    } else {
      guard Route.metadata.methods.contains(request.method) else {
        throw .methodNotAllowed(Route.metadata.methods)
      }
      response = .json(document)
    }
    response.fields.append(("Access-Control-Allow-Origin", "*"))
    return response
  }
}
