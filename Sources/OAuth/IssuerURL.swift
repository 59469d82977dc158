private import Support

/// The identifier of an issuer, which is a URL (RFC 8414 §2).
package enum IssuerURL {
  /// The addresses of the metadata, in the order in which they are tried: RFC 8414 §3.1, the same
  /// for OpenID Connect (RFC 8414 §5), then OpenID Connect Discovery 1.0 §4. An issuer without a
  /// path has two.
  ///
  /// One terminating slash of the issuer is removed (RFC 8414 §3.1). Auth0's issuers have one.
  /// - Returns: nothing unless `issuer` is a URL that `Origin` accepts, without a query.
  package static func metadataAddresses(of issuer: String) -> [String] {
    var bytes = Array(issuer.utf8)
    guard Origin(of: issuer) != nil, !bytes.contains(UInt8(ascii: "?")) else { return [] }
    let start = endOfOrigin(bytes)
    if start < bytes.count, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    let origin = String(decoding: bytes[..<start], as: UTF8.self)
    let path = String(decoding: bytes[start...], as: UTF8.self)
    let inserted = ["oauth-authorization-server", "openid-configuration"].map {
      "\(origin)/.well-known/\($0)\(path)"
    }
    return path.isEmpty
      ? inserted : inserted + ["\(origin)\(path)/.well-known/openid-configuration"]
  }

  /// The index behind the host and the port of an absolute URL.
  private static func endOfOrigin(_ url: [UInt8]) -> Int {
    let slashes = url.indices.filter { url[$0] == UInt8(ascii: "/") }
    return slashes.count > 2 ? slashes[2] : url.count
  }
}
