private import OAuth
private import Support

/// What a client found out about a remote server before a sign-in or a renewal.
package struct OAuthDiscovery: Sendable, Equatable {
  package let resource: ResourceMetadata
  package let server: AuthorizationServerMetadata
  /// The address of the resource's metadata, if a challenge named it.
  package let metadataURL: String?

  /// - Parameters:
  ///   - server: the URL of the remote server.
  ///   - metadataURL: of its metadata, if a challenge has named it.
  /// - Throws: `OAuthClientError`
  package static func find(
    _ server: String, metadataURL: String?, grant: OAuthGrant, requests: OAuthRequests
  ) async throws(OAuthClientError) -> OAuthDiscovery {
    guard let origin = Origin(of: server) else { throw .invalidServerURL }
    let rules = AddressRules(server: origin)
    // RFC 9728 §5.1. ATTACKS O162
    if let metadataURL, !rules.allows(metadataURL) { throw .refusedURL }
    let addresses = metadataURL.map { [$0] } ?? ResourceMetadata.addresses(of: server)
    var resource: ResourceMetadata?
    for address in addresses where resource == nil {
      guard let text = try await requests.document(address) else { continue }
      do throws(OAuthClientError) {
        resource = try ResourceMetadata(text, server: server, rules: rules)
      } catch .invalidResourceMetadata where metadataURL == nil {
        continue  // some servers answer with a page at every address
      }
    }
    if let resource {
      return OAuthDiscovery(
        resource: resource,
        server: try await metadata(of: resource.issuer, grant, rules, requests),
        metadataURL: metadataURL)
    }
    guard metadataURL == nil else { throw .noResourceMetadata }
    // Revision 2025-03-26 of MCP: the authorization server is at the origin.
    let fallback = ResourceMetadata(
      withoutDocument: String(
        decoding: Array(server.utf8.prefix { $0 != UInt8(ascii: "?") }), as: UTF8.self),
      origin: origin.text)
    do throws(OAuthClientError) {
      return OAuthDiscovery(
        resource: fallback,
        server: try await metadata(of: fallback.issuer, grant, rules, requests),
        metadataURL: nil)
    } catch .noServerMetadata {
      throw .noResourceMetadata
    }
  }

  /// The first valid document of the issuer's addresses. One of another issuer, or without PKCE,
  /// ends the search.
  static func metadata(
    of issuer: String, _ grant: OAuthGrant, _ rules: AddressRules, _ requests: OAuthRequests
  ) async throws(OAuthClientError) -> AuthorizationServerMetadata {
    for address in IssuerURL.metadataAddresses(of: issuer) {
      guard let text = try await requests.document(address) else { continue }
      do throws(OAuthClientError) {
        return try AuthorizationServerMetadata(text, issuer: issuer, grant: grant, rules: rules)
      } catch .invalidServerMetadata {
        continue
      }
    }
    throw .noServerMetadata
  }
}
