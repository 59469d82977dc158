private import HTTPClient
private import JOSE
private import JSON
private import Support

/// The metadata of an identity provider, as far as this server uses it: the URLs that it calls
/// (RFC 8414 §2, OpenID Connect Discovery 1.0 §3).
package struct ProviderMetadata: Sendable, Equatable {
  /// The longest document, in bytes.
  package static let maximumLength = 1 << 16

  /// An endpoint of the provider. The raw value is the name of its member.
  package enum Endpoint: String, Sendable {
    case keys = "jwks_uri"
    /// RFC 8414 §2
    case introspection = "introspection_endpoint"
    case authorization = "authorization_endpoint"
    case token = "token_endpoint"
    /// OpenID Connect Discovery 1.0 §3
    case userInfo = "userinfo_endpoint"
  }

  private let urls: [Endpoint: String]
  /// `token_endpoint_auth_methods_supported`; `nil` if the document does not name them.
  package let tokenMethods: [String]?

  /// Reads a document. Unknown members are ignored (RFC 8414 §3.2).
  /// - Parameter issuer: the issuer of the settings.
  /// - Throws: `ProviderMetadataError`
  package init(_ text: [UInt8], issuer: String) throws(ProviderMetadataError) {
    guard text.count <= Self.maximumLength else { throw .tooLong }
    guard let object = try? JSONParser.parse(text).object, let named = object["issuer"]?.string
    else { throw .malformed }
    // RFC 8414 §3.3: identical, so another issuer cannot let its keys be used for this one.
    // ATTACKS O20
    guard named.hasSameBytes(as: issuer) else { throw .wrongIssuer(named) }
    var urls: [Endpoint: String] = [:]
    urls[.keys] = try Self.url(.keys, object)
    urls[.introspection] = try Self.url(.introspection, object)
    // Only for signing in. A mistake in one of them does not disable the others.
    for endpoint in [Endpoint.authorization, .token, .userInfo] {
      urls[endpoint] = try? Self.url(endpoint, object)
    }
    self.urls = urls
    tokenMethods = object["token_endpoint_auth_methods_supported"]?.strings
  }

  /// The URL of an endpoint; `nil` if the document does not name it.
  package subscript(endpoint: Endpoint) -> String? { urls[endpoint] }

  private static func url(_ endpoint: Endpoint, _ object: JSONObject)
    throws(ProviderMetadataError) -> String?
  {
    guard let value = object[endpoint.rawValue] else { return nil }
    guard let url = value.string, Origin(of: url) != nil else { throw .malformed }
    return url
  }
}

/// Why a document is not the metadata of the issuer.
package enum ProviderMetadataError: Error, Sendable, Equatable {
  /// Over 64 KiB.
  case tooLong
  /// Not strict JSON, not an object, without the issuer, or a member has a wrong type.
  case malformed
  /// The document names this issuer. It comes from outside: never log it unchecked.
  case wrongIssuer(String)
}
