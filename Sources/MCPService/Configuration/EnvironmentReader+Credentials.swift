package import Auth
package import Crypto
private import Support

extension EnvironmentReader {
  /// Whether two settings that belong together are set. One without the other is an error.
  package mutating func areBothSet(
    _ one: SettingDeclaration, _ other: SettingDeclaration
  ) -> Bool {
    let (hasOne, hasOther) = (isSet(one), isSet(other))
    if hasOne, !hasOther { report(.missingCounterpart(variable: other.name, of: one.name)) }
    if hasOther, !hasOne { report(.missingCounterpart(variable: one.name, of: other.name)) }
    return hasOne && hasOther
  }

  /// The API keys of a setting; `nil` without them, or if an error was reported.
  package mutating func keys(_ setting: SecretSetting, allowingWeak: Bool) -> APIKeyList? {
    guard let source = secret(setting) else { return nil }
    do throws(APIKeyError) {
      return try APIKeyList(list: source.secret, allowingWeak: allowingWeak)
    } catch {
      report(.invalidKey(variable: source.variable, error))
      return nil
    }
  }

  /// The keys and users of the credentials file; `nil` without one, or if an error was reported.
  package mutating func credentialsFile() -> CredentialsFile? {
    guard let (path, file) = file(Settings.credentials) else { return nil }
    do throws(CredentialsFileErrors) {
      return try CredentialsFile.read(file.bytes)
    } catch {
      for problem in error.problems {
        report(.invalidCredentials(path: path, line: problem.line, problem: problem.reason))
      }
      return nil
    }
  }

  /// A secret that another service has issued to this server.
  package mutating func credential(_ setting: SecretSetting) -> SecretSource? {
    secret(setting, placeholder: ConfigurationError.placeholderCredential)
  }

  /// The key for what this program seals and stores, from a secret of at least 32 bytes.
  package mutating func sealingKey(_ setting: SecretSetting) -> SealingKey? {
    guard let source = secret(setting, placeholder: ConfigurationError.placeholderSecret) else {
      return nil
    }
    guard source.secret.exposed.utf8.count >= 32 else {
      report(.shortSealingKey(variable: source.variable))
      return nil
    }
    return SealingKey(SHA256Digest(of: source.secret.exposed.utf8).bytes)
  }

  /// A secret that is no placeholder (ATTACKS S19).
  private mutating func secret(
    _ setting: SecretSetting, placeholder: (_ variable: String) -> ConfigurationError
  ) -> SecretSource? {
    guard let source = secret(setting) else { return nil }
    if Placeholder.matches(source.secret.exposed.utf8) {
      report(placeholder(source.variable))
      return nil
    }
    return source
  }
}
