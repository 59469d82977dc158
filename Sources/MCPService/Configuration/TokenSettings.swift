private import Support
package import Auth
private import JOSE

/// The settings of tokens.
package struct TokenSettings: Sendable {
  package let policy: AccessTokenPolicy
  /// In milliseconds, of access and of refresh tokens. A server that only verifies checks these
  /// settings and does not use them.
  let lifetime: Int
  let refreshLifetime: Int

  /// - Parameters:
  ///   - isRequired: whether a missing secret is an error.
  ///   - others: keys that the secret must not be, and the variable that holds them.
  /// - Returns: `nil` if there is no secret, or if an error was reported.
  package static func read(
    from reader: inout EnvironmentReader, allowingWeak: Bool, isRequired: Bool,
    unlike others: (keys: APIKeys, variable: String)?
  ) -> TokenSettings? {
    let current = key(
      "JWT_SECRET", &reader, allowingWeak, isRequired: isRequired, unlike: others)
    let previous = key(
      "JWT_SECRET_PREVIOUS", &reader, allowingWeak, isRequired: false, unlike: others)
    let issuer = reader.name("JWT_ISSUER", default: "calculator")
    let audience = reader.name("JWT_AUDIENCE", default: "calculator")
    let lifetime = reader.duration("JWT_TTL", default: "1h", from: 1000, to: "24h")
    let refresh = reader.duration("JWT_REFRESH_TTL", default: "7d", from: 1000, to: "365d")
    let leeway = reader.duration("JWT_LEEWAY", default: "0s", from: 0, to: "60s")
    guard let current else { return nil }
    return TokenSettings(
      policy: AccessTokenPolicy(
        keys: KeySet(current: current, previous: previous.map { [$0] } ?? []), issuer: issuer,
        audience: audience, leeway: leeway, canBeGuessed: allowingWeak),
      lifetime: lifetime, refreshLifetime: refresh)
  }

  private static func key(
    _ variable: String, _ reader: inout EnvironmentReader, _ allowsWeak: Bool, isRequired: Bool,
    unlike others: (keys: APIKeys, variable: String)?
  ) -> HMACKey? {
    let failuresBefore = reader.errors.count
    guard let source = reader.secret(variable) else {
      if isRequired, reader.errors.count == failuresBefore {
        reader.report(.missingSecret(variable: variable))
      }
      return nil
    }
    if Placeholder.matches(source.secret.exposed.utf8) {  // ATTACKS S19
      reader.report(.placeholderSecret(variable: source.variable))
      return nil
    }
    if let others, others.keys.place(of: source.secret) != nil {
      reader.report(.sameSecret(variable: source.variable, other: others.variable))
      return nil
    }
    do throws(HMACKeyError) {
      return try HMACKey(secret: Array(source.secret.exposed.utf8), allowingWeak: allowsWeak)
    } catch {
      switch error {
      case .empty: reader.report(.emptySecret(variable: source.variable))
      case .tooShort: reader.report(.shortSecret(variable: source.variable))
      }
      return nil
    }
  }
}
