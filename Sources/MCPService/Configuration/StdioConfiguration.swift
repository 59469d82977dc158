private import Support
package import Auth

/// The configuration of `CalculatorStdio`.
package struct StdioConfiguration: StdioServiceConfiguration {
  package let keys: APIKeyList
  package let requiresAuthentication: Bool
  package let logLevel: LogLevel
  package let warnings: [String]
  /// Whether SIGHUP has a file to read again.
  package let canReload: Bool
  package let running: RunningSettings
  package let kept: [String]

  /// - Throws: all errors, not only the first.
  package static func read(
    environment: Environment, file: String?, after running: RunningSettings
  ) throws(ConfigurationErrors) -> StdioConfiguration {
    var reader = EnvironmentReader(.stdio, environment: environment, file: file, after: running)
    let requiresAuthentication = reader.value(Settings.requiresAuthentication)
    let allowsWeak = reader.value(Settings.allowsWeakSecrets)
    let logLevel = reader.value(Settings.logLevel)
    if !requiresAuthentication {
      reader.warn(
        "\(Settings.requiresAuthentication.name)=false: the server is open, everyone may call every tool"
      )
    }
    if allowsWeak {
      reader.warn(
        "\(Settings.allowsWeakSecrets.name)=true: keys that can be guessed are accepted")
    }

    let failuresBefore = reader.errors.count
    let keys = reader.keys(Settings.apiKey, allowingWeak: allowsWeak)
    if keys == nil, requiresAuthentication, reader.errors.count == failuresBefore {
      reader.report(.missingKey(variable: Settings.apiKey.name))
    }

    guard reader.errors.isEmpty else { throw ConfigurationErrors(all: reader.errors) }
    return StdioConfiguration(
      keys: keys ?? APIKeyList(), requiresAuthentication: requiresAuthentication,
      logLevel: logLevel,
      warnings: reader.warnings, canReload: reader.hasFiles,
      running: reader.snapshot, kept: reader.kept)
  }
}

extension StdioConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    The key comes in each call's auth_token argument, or in its _meta as
    \(CredentialSlot.apiKey.metaKey). SIGHUP reads the settings and files again.

    \(Settings.stdio.help)

    Make a key:  openssl rand -hex 32

    EXIT STATUS: 0 the client has closed; 64 wrong usage; 78 wrong configuration.
    """
}
