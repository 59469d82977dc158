private import Support
package import Auth

/// All that `CalculatorStdio` reads from its environment.
package struct StdioConfiguration: StdioServiceConfiguration {
  package let keys: APIKeys
  package let requiresAuthentication: Bool
  package let logLevel: LogLevel
  package let warnings: [String]
  /// Whether SIGHUP has a file to read again.
  package let canReload: Bool
  package let running: RunningSettings
  package let kept: [String]

  /// - Throws: every `ConfigurationError` that there is, not only the first.
  package static func read(
    environment: Environment, file: String?, after running: RunningSettings
  ) throws(ConfigurationErrors) -> StdioConfiguration {
    var reader = EnvironmentReader(.stdio, environment: environment, file: file, after: running)
    let requiresAuthentication = reader.flag("CALCULATOR_REQUIRE_AUTH", default: true)
    let allowsWeak = reader.flag("CALCULATOR_ALLOW_WEAK_SECRETS", default: false)
    let logLevel = reader.choice("CALCULATOR_LOG", default: LogLevel.info)
    if !requiresAuthentication {
      reader.warn("CALCULATOR_REQUIRE_AUTH=false: the server is open, everyone may call every tool")
    }
    if allowsWeak {
      reader.warn("CALCULATOR_ALLOW_WEAK_SECRETS=true: keys that can be guessed are accepted")
    }

    let failuresBefore = reader.errors.count
    let source = reader.secret("CALCULATOR_API_KEY")
    var keys = APIKeys()
    if let source {
      do throws(APIKeyError) {
        keys = try APIKeys(list: source.secret, allowingWeak: allowsWeak)
      } catch {
        reader.report(.invalidKey(variable: source.variable, error))
      }
    } else if requiresAuthentication, reader.errors.count == failuresBefore {
      reader.report(.missingKey(variable: "CALCULATOR_API_KEY"))
    }

    guard reader.errors.isEmpty else { throw ConfigurationErrors(all: reader.errors) }
    return StdioConfiguration(
      keys: keys, requiresAuthentication: requiresAuthentication, logLevel: logLevel,
      warnings: reader.warnings, canReload: source?.path != nil || file != nil,
      running: reader.snapshot, kept: reader.kept)
  }
}

extension StdioConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    The key comes in each call's auth_token argument, or in its _meta as
    calculator/auth_token. SIGHUP reads the settings and files again.

    ENVIRONMENT:
      CALCULATOR_API_KEY             the key, or several with commas between them
      CALCULATOR_API_KEY_FILE        a file whose first line is that
      CALCULATOR_REQUIRE_AUTH        true (default) or false: open to everyone
      CALCULATOR_ALLOW_WEAK_SECRETS  false (default) or true: keys under 16 bytes
      CALCULATOR_LOG                 off, info (default) or debug: JSON lines on
                                     standard error

    Make a key:  openssl rand -hex 32

    EXIT STATUS: 0 the client is gone; 64 wrong usage; 78 wrong configuration.
    """
}
