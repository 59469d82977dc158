package import Support
private import JOSE

/// Issues, refreshes and revokes tokens, like a small authorization server.
package struct TokenIssuer: Sendable {
  /// The longest lifetime of an access token, whatever the settings say: a day.
  package static let maximumLifetime = Duration.seconds(24 * 60 * 60)

  package struct Settings: Sendable {
    let policy: AccessTokenPolicy
    let users: UserDirectory
    /// Of access tokens.
    let lifetime: Duration
    let refreshLifetime: Duration

    package init(
      policy: AccessTokenPolicy, users: UserDirectory, lifetime: Duration, refreshLifetime: Duration
    ) {
      self.policy = policy
      self.users = users
      self.lifetime = lifetime
      self.refreshLifetime = refreshLifetime
    }
  }

  /// Verifies what this issuer signs.
  package let verifier: AccessTokenVerifier
  private let settings: Settings
  private let store: any RefreshTokenStore
  private let now: @Sendable () -> WallTime
  private let random: @Sendable (_ count: Int) -> [UInt8]

  package init(
    _ settings: Settings, store: any RefreshTokenStore, now: @escaping @Sendable () -> WallTime,
    random: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    verifier = AccessTokenVerifier(settings.policy, revocations: store, now: now)
    self.settings = settings
    self.store = store
    self.now = now
    self.random = random
  }

  /// Issues the first pair of a new family.
  /// - Parameters:
  ///   - permissions: `nil` for all permissions of the user's role.
  ///   - lifetime: the lifetime of the access token in seconds, not yet range-checked.
  package func issue(to user: String, permissions: PermissionSet?, lifetime: Int?)
    async throws(IssueFailure) -> TokenPair
  {
    guard let user = Subject(user) else { throw .invalidUser }
    guard let role = settings.users.role(of: user) else { throw .unknownUser }
    let granted = permissions ?? role.permissions
    guard granted.isSubset(of: role.permissions) else { throw .morePermissions(role.permissions) }
    let most = Int(settings.lifetime.components.seconds)
    let seconds = lifetime ?? most
    // ATTACKS T32: the range is checked before anything is multiplied.
    guard seconds >= 1, seconds <= most else { throw .invalidLifetime(maximum: settings.lifetime) }

    let family = newName()
    // RFC 7519 §2 allows fractions, but some libraries do not parse them.
    let issuedAt = now().wholeSeconds
    let endsAt = issuedAt + settings.refreshLifetime
    let pair = pair(
      for: user, granted, family, issuedAt, until: issuedAt + .seconds(seconds),
      refreshUntil: endsAt)
    await store.begin(
      TokenFamily(current: pair.refreshIdentifier, lifetime: .seconds(seconds), endsAt: endsAt),
      named: family, now: issuedAt)
    return pair
  }

  /// Issues the next pair of the family of `claims`, a verified refresh token. That token cannot be
  /// used again.
  ///
  /// The permissions are those of the token that the user still has, or fewer. The new access token
  /// has the lifetime of the first one of the family, and neither token lasts longer than the
  /// family. A refused request does not use up the token. The second use of a token is detected
  /// before any other check.
  package func refresh(_ claims: TokenClaims, permissions: PermissionSet?)
    async throws(RefreshFailure) -> TokenPair
  {
    let now = now()
    guard let name = claims.family else { throw .unauthenticated(.unknownFamily) }
    let family: TokenFamily
    do throws(AuthenticationError) {
      family = try await check(claims, at: now)
    } catch {
      throw .unauthenticated(error)
    }
    guard let role = settings.users.role(of: claims.subject) else { throw .refused(.unknownUser) }
    let held = claims.permissionSet.intersection(role.permissions)
    let granted = permissions ?? held
    guard granted.isSubset(of: held) else { throw .refused(.morePermissions(held)) }
    let issuedAt = now.wholeSeconds
    let lifetime = min(family.lifetime, settings.lifetime)
    let pair = pair(
      for: claims.subject, granted, name, issuedAt, until: min(issuedAt + lifetime, family.endsAt),
      refreshUntil: family.endsAt)
    do throws(AuthenticationError) {
      try await store.rotate(
        claims.identifier, to: pair.refreshIdentifier, of: name, accessUntil: lastAccess(now),
        now: now)
    } catch {
      throw .unauthenticated(error)
    }
    return pair
  }

  /// Checks that a verified refresh token has not been used.
  /// - Throws: `AuthenticationError.unknownFamily`; `.replayedToken` for a used token, which
  ///   revokes its family (RFC 9700 §4.14.2); `.invalidToken(.expired)`
  package func checkUnused(_ claims: TokenClaims) async throws(AuthenticationError) {
    _ = try await check(claims, at: now())
  }

  private func check(_ claims: TokenClaims, at now: WallTime)
    async throws(AuthenticationError) -> TokenFamily
  {
    guard let name = claims.family else { throw .unknownFamily }
    let family = try await store.check(
      claims.identifier, of: name, accessUntil: lastAccess(now), now: now)
    guard family.endsAt > now else { throw .invalidToken(.expired) }
    return family
  }

  /// Revokes `token` if this issuer signed it and `identity` may revoke it. Otherwise it does
  /// nothing, and the caller cannot tell the difference (RFC 7009 §2.2). A refresh token is revoked
  /// with its family (§2.1).
  package func revoke(_ token: Secret, for identity: Identity) async {
    let now = now()
    for type in TokenType.allCases {
      guard let claims = try? await verifier.verify(token, as: type),
        claims.subject == identity.subject
          || identity.permissions.contains(.tokensManage)
      else { continue }
      if type == .refreshToken, let family = claims.family {
        await store.revokeFamily(family, accessUntil: lastAccess(now), now: now)
      } else {
        await store.revoke(
          claims.identifier, of: claims.family, issuedAt: claims.issuedAt,
          until: claims.expiresAt + settings.policy.leeway, accessUntil: lastAccess(now),
          now: now)
      }
    }
  }

  // MARK: Parts

  /// The time at which the last access token issued until `now` expires.
  private func lastAccess(_ now: WallTime) -> WallTime {
    now + Self.maximumLifetime + settings.policy.leeway
  }

  private func pair(
    for user: Subject, _ permissions: PermissionSet, _ family: String, _ issuedAt: WallTime,
    until expiresAt: WallTime, refreshUntil: WallTime
  ) -> TokenPair {
    let names = permissions.knownInOrder
    let refreshIdentifier = newName()
    func sign(_ type: TokenType, _ identifier: String, until expiresAt: WallTime) -> Secret {
      do throws(JWTError) {
        let claims = try TokenClaims(
          issuer: settings.policy.issuer, subject: user, audience: [settings.policy.audience],
          issuedAt: issuedAt, expiresAt: expiresAt, identifier: identifier,
          permissions: names.map(\.rawValue), family: family)
        return Secret(try settings.policy.keys.sign(claims, as: type))
      } catch {
        preconditionFailure("the settings and the user's name were checked before: \(error)")
      }
    }
    return TokenPair(
      accessToken: sign(.accessToken, newName(), until: expiresAt),
      refreshToken: sign(.refreshToken, refreshIdentifier, until: refreshUntil),
      refreshIdentifier: refreshIdentifier, issuedAt: issuedAt, expiresAt: expiresAt,
      permissions: names)
  }

  /// 128 random bits (RFC 7519 §4.1.7: a name is never used twice), as 32 hexadecimal digits.
  private func newName() -> String {
    random(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}

/// An access token, and the refresh token for the next pair (RFC 6749 §5.1).
package struct TokenPair: Sendable {
  package let accessToken: Secret
  package let refreshToken: Secret
  /// The `jti` of the refresh token.
  let refreshIdentifier: String
  /// Of the access token.
  package let issuedAt: WallTime
  package let expiresAt: WallTime
  /// Always in the same order.
  package let permissions: [Permission]
}
