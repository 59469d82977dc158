private import Support

/// A challenge of a 401 or 403: the value of one `WWW-Authenticate` line (RFC 9110 §11.6.1).
package struct Challenge: Sendable, Equatable {
  /// `X-API-Key` has no registered scheme. A key may also be sent as a Bearer token, so `bearer`
  /// includes it (RFC 9110 §15.5.2: a 401 has at least one challenge).
  package enum Scheme: String, Sendable {
    case bearer = "Bearer"
    case basic = "Basic"
  }

  /// RFC 6750 §3.1
  package enum Error: String, Sendable {
    case invalidRequest = "invalid_request"
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"
  }

  package static let realm = ServiceName.text

  package let scheme: Scheme
  package let error: Error?
  /// The permissions that the request needs (RFC 6750 §3).
  package let scope: [Permission]
  /// A sentence for the developer of the client (RFC 6750 §3).
  package let description: String?
  /// The URL of the resource's metadata (RFC 9728 §5.1).
  package let resourceMetadata: String?

  /// - Precondition: no text has a quote or a backslash.
  package init(
    _ scheme: Scheme, error: Error? = nil, description: String? = nil, scope: [Permission] = [],
    resourceMetadata: String? = nil
  ) {
    self.scheme = scheme
    self.error = error
    self.description = description
    self.scope = scope
    self.resourceMetadata = resourceMetadata
  }

  /// For a 403 to a caller with a token.
  package static func insufficientScope(_ permission: Permission) -> Challenge {
    Challenge(.bearer, error: .insufficientScope, scope: [permission])
  }

  /// Every part comes from this program and has neither a quote nor a backslash, so a quoted-string
  /// needs no escapes (RFC 9110 §5.6.4). Never echo text that the client sent.
  package var fieldValue: String {
    var value = "\(scheme.rawValue) realm=\"\(Self.realm)\""
    if scheme == .basic { value += ", charset=\"UTF-8\"" }  // RFC 7617 §2.1
    if let error { value += ", error=\"\(error.rawValue)\"" }
    if let description { value += ", error_description=\"\(description)\"" }
    if !scope.isEmpty { value += ", scope=\"\(scope.map(\.rawValue).joined(separator: " "))\"" }
    if let resourceMetadata { value += ", resource_metadata=\"\(resourceMetadata)\"" }
    return value
  }
}
