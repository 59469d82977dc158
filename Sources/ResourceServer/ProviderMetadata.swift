private import JSON
private import Support

/// The metadata of an identity provider, as far as this server uses it: the URLs that it calls
/// (RFC 8414 §2, OpenID Connect Discovery 1.0 §3).
package struct ProviderMetadata: Sendable, Equatable {
  /// The longest document, in bytes.
  package static let maximumLength = 1 << 16
  /// The longest URL in a document, in bytes.
  private static let maximumURLLength = 2048

  /// An endpoint of the provider. The raw value is the name of its member.
  package enum Endpoint: String, Sendable {
    case keys = "jwks_uri"
    /// RFC 8414 §2
    case introspection = "introspection_endpoint"
  }

  package let keysURL: String?
  package let introspectionURL: String?

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
    keysURL = try Self.url(.keys, object)
    introspectionURL = try Self.url(.introspection, object)
  }

  /// The URL of an endpoint; `nil` if the document does not name it.
  package subscript(endpoint: Endpoint) -> String? {
    switch endpoint {
    case .keys: keysURL
    case .introspection: introspectionURL
    }
  }

  private static func url(_ endpoint: Endpoint, _ object: JSONObject)
    throws(ProviderMetadataError) -> String?
  {
    guard let value = object[endpoint.rawValue] else { return nil }
    guard let url = value.string, url.utf8.count <= maximumURLLength,
      pathStart(Array(url.utf8)) != nil
    else { throw .malformed }
    return url
  }

  /// The addresses of the metadata, in the order in which they are tried: RFC 8414 §3.1, the same
  /// for OpenID Connect (RFC 8414 §5), then OpenID Connect Discovery 1.0 §4. An issuer without a
  /// path has two.
  ///
  /// One terminating slash of the issuer is removed (RFC 8414 §3.1). Auth0's issuers have one.
  /// - Returns: nothing unless `issuer` is an absolute URL without a query and a fragment.
  package static func addresses(of issuer: String) -> [String] {
    var bytes = Array(issuer.utf8)
    guard let start = pathStart(bytes), !bytes.contains(UInt8(ascii: "?")) else { return [] }
    if start < bytes.count, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    let origin = String(decoding: bytes[..<start], as: UTF8.self)
    let path = String(decoding: bytes[start...], as: UTF8.self)
    let inserted = ["oauth-authorization-server", "openid-configuration"].map {
      "\(origin)/.well-known/\($0)\(path)"
    }
    return path.isEmpty
      ? inserted : inserted + ["\(origin)\(path)/.well-known/openid-configuration"]
  }

  /// The index behind the host and the port of a URL. `nil` unless the text is an absolute `https`
  /// or `http` URL of visible ASCII characters without a fragment. `HTTPClient` checks the rest, and
  /// refuses `http` unless a setting allows it.
  private static func pathStart(_ url: [UInt8]) -> Int? {
    guard let scheme = ["https://", "http://"].first(where: { url.starts(with: $0.utf8) }),
      url.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") })
    else { return nil }
    let host = scheme.utf8.count
    let end = url[host...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    return end == host || host == url.count ? nil : end ?? url.count
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
