private import Support
package import Auth
private import JSON

/// All that `CalculatorJWT` reads from its environment.
package struct JWTConfiguration: StdioServiceConfiguration {
  package let settings: TokenIssuer.Settings
  /// Who may have tokens issued; `nil` where everyone may who holds the pipe.
  package let issuerKeys: APIKeys?
  package let logLevel: LogLevel
  package let warnings: [String]
  package let running: RunningSettings
  package let kept: [String]

  package static func read(
    environment: Environment, file: String?, after running: RunningSettings
  ) throws(ConfigurationErrors) -> JWTConfiguration {
    var reader = EnvironmentReader(.jwt, environment: environment, file: file, after: running)
    let allowsWeak = reader.flag("CALCULATOR_ALLOW_WEAK_SECRETS", default: false)
    let logLevel = reader.choice("CALCULATOR_LOG", default: LogLevel.info)
    if allowsWeak {
      reader.warn("CALCULATOR_ALLOW_WEAK_SECRETS=true: secrets that can be guessed are accepted")
    }
    let issuerKeys = issuerKeys(&reader, allowsWeak)
    let users = users(&reader)
    let tokens = TokenSettings.read(
      from: &reader, allowingWeak: allowsWeak, isRequired: true,
      unlike: issuerKeys.map { ($0, "CALCULATOR_ISSUER_KEY") })

    guard reader.errors.isEmpty, let tokens else {
      throw ConfigurationErrors(all: reader.errors)
    }
    return JWTConfiguration(
      settings: TokenIssuer.Settings(
        policy: tokens.policy, users: users, lifetime: tokens.lifetime,
        refreshLifetime: tokens.refreshLifetime), issuerKeys: issuerKeys, logLevel: logLevel,
      warnings: reader.warnings,
      running: reader.snapshot, kept: reader.kept)
  }

  private static func issuerKeys(_ reader: inout EnvironmentReader, _ allowsWeak: Bool) -> APIKeys?
  {
    let failuresBefore = reader.errors.count
    guard let source = reader.secret("CALCULATOR_ISSUER_KEY") else {
      if reader.errors.count == failuresBefore {
        reader.warn("CALCULATOR_ISSUER_KEY is not set: whoever holds the pipe may mint tokens")
      }
      return nil
    }
    do throws(APIKeyError) {
      return try APIKeys(list: source.secret, allowingWeak: allowsWeak)
    } catch {
      reader.report(.invalidKey(variable: source.variable, error))
      return nil
    }
  }

  private static func users(_ reader: inout EnvironmentReader) -> UserDirectory {
    let role = reader.choice("CALCULATOR_DEFAULT_ROLE", default: Role.standard)
    guard let (path, file) = reader.file("CALCULATOR_USERS", .users) else { return .everyone(role) }
    var roles: [[UInt8]: Role] = [:]
    do throws(JSONError) {
      let value = try JSONParser.parse(file.bytes)
      for (index, member) in (value.object?.members ?? []).enumerated() {
        guard let role = member.value.string.flatMap(Role.init), TokenClaims.isName(member.name)
        else {
          let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
          reader.report(
            .invalidUsers(
              path: path, problem: "has no name with one of \(names) as member \(index + 1)"))
          continue
        }
        roles[Array(member.name.utf8)] = role
      }
      if value.object == nil {
        reader.report(.invalidUsers(path: path, problem: "is no JSON object"))
      }
    } catch {
      reader.report(
        .invalidUsers(path: path, problem: "is no strict JSON at byte \(error.offset)"))
    }
    return .listed(roles)
  }
}

extension JWTConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    generate_token issues tokens; the other tools take one as jwt_token, or in
    the call's _meta as calculator/jwt_token. SIGHUP reads the settings and files
    again.

    ENVIRONMENT (each secret X also as X_FILE, a file whose first line is it):
      JWT_SECRET                     what signs tokens, at least 32 bytes
      JWT_SECRET_PREVIOUS            what signed them before: verifies, never signs
      JWT_ISSUER, JWT_AUDIENCE       calculator (default)
      JWT_TTL                        1h (default), at most 24h: the life of an
                                     access token
      JWT_REFRESH_TTL                7d (default): the life of a refresh token
      JWT_LEEWAY                     0s (default), at most 60s: how far clocks may
                                     differ
      CALCULATOR_ISSUER_KEY          what generate_token demands as auth_token
      CALCULATOR_USERS               a JSON file: {"anshika": "advanced"}
      CALCULATOR_DEFAULT_ROLE        guest, basic, advanced (default), admin:
                                     without such a file
      CALCULATOR_ALLOW_WEAK_SECRETS  false (default) or true
      CALCULATOR_LOG                 off, info (default) or debug: JSON lines on
                                     standard error

    Make a secret:  openssl rand -hex 32

    EXIT STATUS: 0 the client is gone; 64 wrong usage; 78 wrong configuration.
    """
}
