private import Support
package import Auth
private import JOSE

/// The settings of tokens.
package struct TokenSettings: Sendable {
  package let policy: AccessTokenPolicy
  /// Of access tokens. A server that only verifies checks both lifetimes and does not use them.
  let lifetime: Duration
  let refreshLifetime: Duration

  /// - Parameters:
  ///   - isRequired: whether a missing secret is an error.
  ///   - others: secrets that must differ from those of the tokens, which are added to them.
  /// - Returns: `nil` if there is no secret, or if an error was reported.
  package static func read(
    from reader: inout EnvironmentReader, allowingWeak: Bool, isRequired: Bool,
    unlike others: inout [OtherSecret]
  ) -> TokenSettings? {
    var secrets: [OtherSecret] = []
    let current = key(
      Settings.tokenSecret, &reader, allowingWeak, isRequired: isRequired, unlike: others, &secrets)
    let previous = key(
      Settings.previousTokenSecret, &reader, allowingWeak, isRequired: false, unlike: others,
      &secrets)
    others += secrets
    let issuer = reader.value(Settings.issuer)
    let audience = reader.value(Settings.audience)
    let lifetime = reader.value(Settings.lifetime)
    let refresh = reader.value(Settings.refreshLifetime)
    let leeway = reader.value(Settings.leeway)
    guard let current else { return nil }
    return TokenSettings(
      policy: AccessTokenPolicy(
        keys: KeySet(current: current, previous: previous.map { [$0] } ?? []), issuer: issuer,
        audience: audience, leeway: leeway, canBeGuessed: allowingWeak),
      lifetime: lifetime, refreshLifetime: refresh)
  }

  private static func key(
    _ setting: SecretSetting, _ reader: inout EnvironmentReader, _ allowsWeak: Bool,
    isRequired: Bool, unlike others: [OtherSecret], _ secrets: inout [OtherSecret]
  ) -> HMACKey? {
    let failuresBefore = reader.errors.count
    guard let source = reader.secret(setting) else {
      if isRequired, reader.errors.count == failuresBefore {
        reader.report(.missingSecret(variable: setting.name))
      }
      return nil
    }
    if Placeholder.matches(source.secret.exposed.utf8) {  // ATTACKS S19
      reader.report(.placeholderSecret(variable: source.variable))
      return nil
    }
    let secret = OtherSecret(source)
    reader.check(secret, unlike: others)
    secrets.append(secret)
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
