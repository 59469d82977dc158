package import Auth
package import JOSE
private import Support

/// A token that was split and whose header was read. The header says which key is needed. The
/// signature is not verified.
package struct UnverifiedToken: Sendable {
  package let jws: CompactJWS
  package let header: JWSHeader
  let type: ProviderTokenType

  /// - Throws: `AuthenticationError.invalidToken`, also if the policy does not accept the type.
  package init(_ text: String, for policy: ProviderTokenPolicy) throws(AuthenticationError) {
    do throws(JWTError) {
      // Length bound, split: RFC 7515 §5.2 (1), (2), (6), (7)
      jws = try CompactJWS(text)

      // Header: RFC 7515 §4. It names no place of keys (ATTACKS O1).
      let header = try JWSHeader(jws.header)

      // Type: RFC 9068 §4, RFC 8725 §3.11
      guard let type = policy.types.first(where: { $0.isType(of: header) }) else {
        throw .wrongType
      }
      (self.header, self.type) = (header, type)
    } catch {
      throw .invalidToken(error)
    }
  }
}

/// What the header of an access token has as `typ`.
package enum ProviderTokenType: String, Sendable, CaseIterable {
  /// RFC 9068 §2.1
  case accessToken = "at+jwt"
  /// Every JWT may have it, ID tokens too (RFC 7519 §5.1): Entra, Keycloak, Auth0.
  case jwt = "JWT"
  /// No `typ`: Okta.
  case absent

  fileprivate func isType(of header: JWSHeader) -> Bool {
    switch self {
    case .accessToken: header.hasType("at+jwt")
    case .jwt: header.hasType("jwt")
    case .absent: header.type == nil
    }
  }
}
