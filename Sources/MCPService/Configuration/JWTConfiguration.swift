private import Support
package import Auth
private import JSON

/// The configuration of `CalculatorJWT`.
package struct JWTConfiguration: StdioServiceConfiguration {
  package let settings: TokenIssuer.Settings
  /// The keys that authorize `generate_token`; `nil` if it needs none.
  package let issuerKeys: APIKeyList?
  package let logLevel: LogLevel
  package let warnings: [String]
  /// Whether SIGHUP has a file to read again.
  package let canReload: Bool
  package let running: RunningSettings
  package let kept: [String]

  package static func read(
    environment: Environment, file: String?, after running: RunningSettings
  ) throws(ConfigurationErrors) -> JWTConfiguration {
    var reader = EnvironmentReader(.jwt, environment: environment, file: file, after: running)
    let allowsWeak = reader.value(Settings.allowsWeakSecrets)
    let logLevel = reader.value(Settings.logLevel)
    if allowsWeak {
      reader.warn(
        "\(Settings.allowsWeakSecrets.name)=true: secrets that can be guessed are accepted")
    }
    let issuerKeys = issuerKeys(&reader, allowsWeak)
    let users = users(&reader)
    var others = issuerKeys.map { [OtherSecret($0, variable: Settings.issuerKey.name)] } ?? []
    let tokens = TokenSettings.read(
      from: &reader, allowingWeak: allowsWeak, isRequired: true,
      unlike: &others)

    guard reader.errors.isEmpty, let tokens else {
      throw ConfigurationErrors(all: reader.errors)
    }
    return JWTConfiguration(
      settings: TokenIssuer.Settings(
        policy: tokens.policy, users: users, lifetime: tokens.lifetime,
        refreshLifetime: tokens.refreshLifetime), issuerKeys: issuerKeys, logLevel: logLevel,
      warnings: reader.warnings, canReload: reader.hasFiles,
      running: reader.snapshot, kept: reader.kept)
  }

  private static func issuerKeys(_ reader: inout EnvironmentReader, _ allowsWeak: Bool)
    -> APIKeyList?
  {
    let failuresBefore = reader.errors.count
    let keys = reader.keys(Settings.issuerKey, allowingWeak: allowsWeak)
    if keys == nil, reader.errors.count == failuresBefore {
      reader.warn(
        "\(Settings.issuerKey.name) is not set: everyone who can write to the pipe can have "
          + "tokens issued"
      )
    }
    return keys
  }

  private static func users(_ reader: inout EnvironmentReader) -> UserDirectory {
    let role = reader.value(Settings.defaultRole)
    guard let (path, file) = reader.file(Settings.users) else { return .everyone(role) }
    var roles: [Subject: Role] = [:]
    do throws(JSONError) {
      let value = try JSONParser.parse(file.bytes)
      for (index, member) in (value.object?.members ?? []).enumerated() {
        guard let role = member.value.string.flatMap(Role.init), let name = Subject(member.name)
        else {
          let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
          reader.report(
            .invalidUsers(
              path: path, problem: "has no name with one of \(names) as member \(index + 1)"))
          continue
        }
        roles[name] = role
      }
      if value.object == nil {
        reader.report(.invalidUsers(path: path, problem: "is not a JSON object"))
      }
    } catch {
      reader.report(
        .invalidUsers(path: path, problem: "is not strict JSON at byte \(error.offset)"))
    }
    return .listed(roles)
  }
}

extension JWTConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    generate_token issues tokens; the other tools take one as jwt_token, or in the
    call's _meta as \(CredentialSlot.token.metaKey). SIGHUP reads the settings and files
    again.

    \(Settings.jwt.help)

    Make a secret:  openssl rand -hex 32

    EXIT STATUS: 0 the client has closed; 64 wrong usage; 78 wrong configuration.
    """
}
