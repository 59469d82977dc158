package import JWT
private import Synchronization

/// Issues tokens, and knows which of them are still good.
package final class TokenAuthority: Sendable {
  /// Of an access token, in milliseconds, whatever the settings: a day.
  package static let maximumLifetime = 24 * 60 * 60 * 1000

  /// What can be read again while the server runs.
  package struct Settings: Sendable {
    let keys: KeySet
    let users: UserDirectory
    /// Who the tokens are from and for (RFC 7519 §4.1.1, §4.1.3).
    let issuer: String
    let audience: String
    /// In milliseconds: access and refresh tokens, and how far another clock may be off.
    let lifetime: Int
    let refreshLifetime: Int
    let leeway: Int
    let verifier: TokenVerifier

    package init(
      keys: KeySet, users: UserDirectory, issuer: String, audience: String, lifetime: Int,
      refreshLifetime: Int, leeway: Int
    ) {
      self.keys = keys
      self.users = users
      self.issuer = issuer
      self.audience = audience
      self.lifetime = lifetime
      self.refreshLifetime = refreshLifetime
      self.leeway = leeway
      verifier = TokenVerifier(issuer: issuer, audience: audience, leeway: leeway, keys: keys)
    }
  }

  private let settings: Mutex<Settings>
  private let registry: any TokenRegistry
  private let now: @Sendable () -> Timestamp
  private let random: @Sendable (_ count: Int) -> [UInt8]

  package init(
    _ settings: Settings, registry: any TokenRegistry, now: @escaping @Sendable () -> Timestamp,
    random: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    self.settings = Mutex(settings)
    self.registry = registry
    self.now = now
    self.random = random
  }

  /// From the next request on, `new` is what counts.
  package func replaceSettings(with new: Settings) { settings.withLock { $0 = new } }

  // MARK: Verifying

  /// The claims of a token that is ours, of this type, valid now, and not revoked.
  package func verify(_ token: Secret, as type: TokenType) throws(AuthenticationFailure) -> Claims {
    let claims: Claims
    do throws(TokenFailure) {
      let verifier = settings.withLock { $0.verifier }
      claims = try verifier.verify(token.exposed, as: type, now: now().milliseconds)
    } catch {
      throw .invalidToken(error)
    }
    guard registry.hasRevoked else { return claims }
    if registry.isRevoked(TokenID(claims.identifier)) { throw .revokedToken }
    if let family = claims.family, registry.isRevoked(TokenID(family)) { throw .revokedToken }
    return claims
  }

  // MARK: Issuing

  /// The first pair of a new family.
  /// - Parameters:
  ///   - permissions: fewer than the user's role has; `nil` for all of them.
  ///   - lifetime: of the access token, in milliseconds, at most what the settings say.
  package func issue(to user: String, permissions: PermissionSet?, lifetime: Int?)
    throws(IssueFailure) -> TokenPair
  {
    let settings = settings.withLock { $0 }
    guard Claims.isName(user) else { throw .invalidUser }
    guard let role = settings.users.role(of: user) else { throw .unknownUser }
    let granted = permissions ?? role.permissions
    guard granted.isSubset(of: role.permissions) else { throw .morePermissions(role.permissions) }
    let lifetime = lifetime ?? settings.lifetime
    guard 1000...settings.lifetime ~= lifetime else { throw .invalidLifetime(settings.lifetime) }

    let family = newName()
    let pair = pair(for: user, granted, lifetime, family, settings)
    registry.begin(
      TokenID(family), with: TokenID(pair.refreshIdentifier),
      expiresAt: pair.issuedAt + settings.refreshLifetime, now: pair.issuedAt)
    return pair
  }

  /// The next pair of the family of `claims`, a verified refresh token, which is used up by it.
  ///
  /// Permissions are those of the token that the user still has, or fewer; never more.
  package func refresh(_ claims: Claims, permissions: PermissionSet?) throws(RefreshFailure)
    -> TokenPair
  {
    let settings = settings.withLock { $0 }
    guard let family = claims.family else { throw .unauthenticated(.unknownFamily) }
    guard let role = settings.users.role(of: claims.subject) else { throw .refused(.unknownUser) }
    let held = PermissionSet(claims.permissions.compactMap(Permission.init))
      .intersection(role.permissions)
    let granted = permissions ?? held
    let pair = pair(for: claims.subject, granted, settings.lifetime, family, settings)
    // A wish for more does not use the token up; but a used one is told from it first.
    guard
      granted.isSubset(of: held)
        || !registry.isCurrent(TokenID(claims.identifier), of: TokenID(family))
    else { throw .refused(.morePermissions(held)) }
    do throws(AuthenticationFailure) {
      try registry.rotate(
        TokenID(family), from: TokenID(claims.identifier), to: TokenID(pair.refreshIdentifier),
        expiresAt: pair.issuedAt + settings.refreshLifetime,
        accessUntil: pair.issuedAt + Self.maximumLifetime + settings.leeway, now: pair.issuedAt)
    } catch {
      throw .unauthenticated(error)
    }
    return pair
  }

  /// Ends `token`, if it is one of ours and `identity` may end it; otherwise does nothing, and the
  /// caller cannot tell (RFC 7009 §2.2). A refresh token takes its family with it (§2.1).
  package func revoke(_ token: Secret, for identity: Identity) {
    let settings = settings.withLock { $0 }
    let now = now().milliseconds
    for type in TokenType.allCases {
      guard let claims = try? verify(token, as: type),
        claims.subject.utf8.elementsEqual(identity.subject.utf8)
          || identity.permissions.contains(.tokensManage)
      else { continue }
      registry.revoke(
        TokenID(claims.identifier), until: claims.expiresAt + settings.leeway, now: now)
      if type == .refreshToken, let family = claims.family {
        registry.revoke(
          TokenID(family), until: now + Self.maximumLifetime + settings.leeway, now: now)
      }
    }
  }

  private func pair(
    for user: String, _ permissions: PermissionSet, _ lifetime: Int, _ family: String,
    _ settings: Settings
  ) -> TokenPair {
    let issuedAt = now().milliseconds / 1000 * 1000  // whole seconds, as every library reads them
    let names = permissions.inOrder
    let refreshIdentifier = newName()
    func sign(_ type: TokenType, _ identifier: String, for lifetime: Int) -> String {
      do throws(TokenFailure) {
        let claims = try Claims(
          issuer: settings.issuer, subject: user, audience: [settings.audience],
          issuedAt: issuedAt, expiresAt: issuedAt + lifetime, identifier: identifier,
          permissions: names.map(\.rawValue), family: family)
        return try TokenSigner(keys: settings.keys).sign(claims, as: type)
      } catch {
        preconditionFailure("the settings and the user's name were checked before: \(error)")
      }
    }
    return TokenPair(
      accessToken: Secret(sign(.accessToken, newName(), for: lifetime)),
      refreshToken: Secret(sign(.refreshToken, refreshIdentifier, for: settings.refreshLifetime)),
      refreshIdentifier: refreshIdentifier, issuedAt: issuedAt, expiresAt: issuedAt + lifetime,
      permissions: names)
  }

  /// 128 bits that nobody guesses (RFC 7519 §4.1.7: no two the same), as 32 hexadecimal digits.
  private func newName() -> String {
    random(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
