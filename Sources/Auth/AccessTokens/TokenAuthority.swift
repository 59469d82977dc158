package import Support
package import JOSE
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
    /// Whether the secret may be short or a known word.
    let canBeGuessed: Bool
    let verifier: AccessTokenVerifier

    package init(
      keys: KeySet, users: UserDirectory, issuer: String, audience: String, lifetime: Int,
      refreshLifetime: Int, leeway: Int, canBeGuessed: Bool = false
    ) {
      self.keys = keys
      self.users = users
      self.issuer = issuer
      self.audience = audience
      self.lifetime = lifetime
      self.refreshLifetime = refreshLifetime
      self.leeway = leeway
      self.canBeGuessed = canBeGuessed
      verifier = AccessTokenVerifier(
        keys: keys, issuer: issuer, audience: audience, leeway: leeway)
    }
  }

  private let settings: Mutex<Settings>
  private let registry: any TokenRegistry
  private let now: @Sendable () -> WallTime
  private let random: @Sendable (_ count: Int) -> [UInt8]

  package init(
    _ settings: Settings, registry: any TokenRegistry, now: @escaping @Sendable () -> WallTime,
    random: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    self.settings = Mutex(settings)
    self.registry = registry
    self.now = now
    self.random = random
  }

  /// From the next request on, `new` is what counts.
  package func replaceSettings(with new: Settings) { settings.withLock { $0 = new } }

  /// Whether the secret may be short or a known word.
  package var canBeGuessed: Bool { settings.withLock { $0.canBeGuessed } }

  // MARK: Verifying

  /// The claims of a token that is ours, of this type, valid now, and not revoked.
  package func verify(_ token: Secret, as type: TokenType) throws(AuthenticationFailure)
    -> TokenClaims
  {
    let claims: TokenClaims
    do throws(JWTError) {
      let verifier = settings.withLock { $0.verifier }
      claims = try verifier.verify(token.exposed, as: type, now: now().milliseconds)
    } catch {
      throw .invalidToken(error)
    }
    guard registry.hasRevoked else { return claims }
    guard
      !registry.isRevoked(
        TokenID(claims.identifier), of: claims.family.map(TokenID.init), issuedAt: claims.issuedAt)
    else { throw .revokedToken }
    return claims
  }

  /// Whether a verified refresh token may be used now.
  /// - Throws: `AuthenticationFailure.unknownFamily`; `.replayedToken` where it was used before,
  ///   which ends its family (RFC 9700 §4.14.2); `.invalidToken(.expired)`.
  package func checkUnused(_ claims: TokenClaims) throws(AuthenticationFailure) {
    _ = try family(of: claims, now: now().milliseconds, settings.withLock { $0 })
  }

  // MARK: Issuing

  /// The first pair of a new family.
  /// - Parameters:
  ///   - permissions: fewer than the user's role has; `nil` for all of them.
  ///   - lifetime: of the access token, in seconds as they were asked for: any number.
  package func issue(to user: String, permissions: PermissionSet?, lifetime: Int?)
    throws(IssueFailure) -> TokenPair
  {
    let settings = settings.withLock { $0 }
    guard TokenClaims.isName(user) else { throw .invalidUser }
    guard let role = settings.users.role(of: user) else { throw .unknownUser }
    let granted = permissions ?? role.permissions
    guard granted.isSubset(of: role.permissions) else { throw .morePermissions(role.permissions) }
    let most = settings.lifetime / 1000
    let seconds = lifetime ?? most
    // ATTACKS T32: the range is checked before anything is multiplied.
    guard seconds >= 1, seconds <= most else { throw .invalidLifetime(settings.lifetime) }

    let family = newName()
    let issuedAt = wholeSeconds(now())
    let endsAt = issuedAt + settings.refreshLifetime
    let pair = pair(
      for: user, granted, family, issuedAt, until: issuedAt + seconds * 1000,
      refreshUntil: endsAt, settings)
    registry.begin(
      TokenID(family),
      TokenFamily(
        current: TokenID(pair.refreshIdentifier), lifetime: seconds * 1000, endsAt: endsAt),
      now: issuedAt)
    return pair
  }

  /// The next pair of the family of `claims`, a verified refresh token, which is used up by it.
  ///
  /// Permissions are those of the token that the user still has, or fewer; never more. The new
  /// access token lasts as long as the first one of the family, and neither token outlasts the
  /// family. What is refused does not use the token up; one that was used before is found first.
  package func refresh(_ claims: TokenClaims, permissions: PermissionSet?) throws(RefreshFailure)
    -> TokenPair
  {
    let settings = settings.withLock { $0 }
    let now = now()
    guard let name = claims.family else { throw .unauthenticated(.unknownFamily) }
    let family: TokenFamily
    do throws(AuthenticationFailure) {
      family = try self.family(of: claims, now: now.milliseconds, settings)
    } catch {
      throw .unauthenticated(error)
    }
    guard let role = settings.users.role(of: claims.subject) else { throw .refused(.unknownUser) }
    let held = PermissionSet(claims.permissions.compactMap(Permission.init))
      .intersection(role.permissions)
    let granted = permissions ?? held
    guard granted.isSubset(of: held) else { throw .refused(.morePermissions(held)) }
    let issuedAt = wholeSeconds(now)
    let lifetime = min(family.lifetime, settings.lifetime)
    let pair = pair(
      for: claims.subject, granted, name, issuedAt, until: min(issuedAt + lifetime, family.endsAt),
      refreshUntil: family.endsAt, settings)
    do throws(AuthenticationFailure) {
      try registry.rotate(
        TokenID(name), from: TokenID(claims.identifier), to: TokenID(pair.refreshIdentifier),
        accessUntil: lastAccess(now.milliseconds, settings), now: now.milliseconds)
    } catch {
      throw .unauthenticated(error)
    }
    return pair
  }

  /// The family of a verified refresh token that may be used now.
  private func family(of claims: TokenClaims, now: Int, _ settings: Settings)
    throws(AuthenticationFailure) -> TokenFamily
  {
    guard let name = claims.family else { throw .unknownFamily }
    let family = try registry.check(
      TokenID(claims.identifier), of: TokenID(name), accessUntil: lastAccess(now, settings),
      now: now)
    guard family.endsAt > now else { throw .invalidToken(.expired) }
    return family
  }

  /// When the last access token that was issued until `now` is over.
  private func lastAccess(_ now: Int, _ settings: Settings) -> Int {
    now + Self.maximumLifetime + settings.leeway
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
      let family = claims.family.map(TokenID.init)
      let accessUntil = lastAccess(now, settings)
      if type == .refreshToken, let family {
        registry.end(family, accessUntil: accessUntil, now: now)
      } else {
        registry.revoke(
          TokenID(claims.identifier), of: family, issuedAt: claims.issuedAt,
          until: claims.expiresAt + settings.leeway, accessUntil: accessUntil, now: now)
      }
    }
  }

  private func pair(
    for user: String, _ permissions: PermissionSet, _ family: String, _ issuedAt: Int,
    until expiresAt: Int, refreshUntil: Int, _ settings: Settings
  ) -> TokenPair {
    let names = permissions.inOrder
    let refreshIdentifier = newName()
    func sign(_ type: TokenType, _ identifier: String, until expiresAt: Int) -> String {
      do throws(JWTError) {
        let claims = try TokenClaims(
          issuer: settings.issuer, subject: user, audience: [settings.audience],
          issuedAt: issuedAt, expiresAt: expiresAt, identifier: identifier,
          permissions: names.map(\.rawValue), family: family)
        return try settings.keys.sign(claims, as: type)
      } catch {
        preconditionFailure("the settings and the user's name were checked before: \(error)")
      }
    }
    return TokenPair(
      accessToken: Secret(sign(.accessToken, newName(), until: expiresAt)),
      refreshToken: Secret(sign(.refreshToken, refreshIdentifier, until: refreshUntil)),
      refreshIdentifier: refreshIdentifier, issuedAt: issuedAt, expiresAt: expiresAt,
      permissions: names)
  }

  /// As every library reads them.
  private func wholeSeconds(_ time: WallTime) -> Int { time.milliseconds / 1000 * 1000 }

  /// 128 bits that nobody guesses (RFC 7519 §4.1.7: no two the same), as 32 hexadecimal digits.
  private func newName() -> String {
    random(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
