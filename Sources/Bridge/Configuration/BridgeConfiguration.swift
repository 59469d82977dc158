private import Auth
package import Crypto
package import HTTPClient
package import MCPService
package import OAuthClient
private import Support

/// The configuration of `CalculatorBridge`.
///
/// The file is longer than 150 lines because it has every rule that two settings have together.
package struct BridgeConfiguration: Sendable {
  /// How the bridge is known to the remote server.
  package enum Credential: Sendable {
    /// Header fields; see `fields`.
    case fixed
    /// A person signs in. `nil`: the bridge registers itself.
    case signIn(RegisteredClient?)
    case clientCredentials(RegisteredClient)
  }

  /// How the files of tokens are sealed.
  package enum Seal: Sendable {
    case none
    case key(SealingKey)
    case keychain
  }

  package let remote: RemoteURL
  package let credential: Credential
  /// The fields of `.fixed`, and those of `--header`.
  package let fields: [HeaderField]
  package let seal: Seal
  package let outbound: CurlClient.Settings
  package let warnings: [String]
  package let running: RunningSettings
  package let kept: [String]

  /// - Parameters:
  ///   - url: the argument.
  ///   - headers: the values of `--header`.
  ///   - running: on SIGHUP, what the bridge runs with.
  /// - Throws: all errors, not only the first. None has a secret, and none has a part of an argument
  ///   that may be one.
  package static func read(
    url: String, headers: [String], environment: MCPService.Environment, file: String?,
    after running: RunningSettings = .none
  ) throws(ConfigurationErrors) -> BridgeConfiguration {
    var reader = EnvironmentReader(.bridge, environment: environment, file: file, after: running)
    var remote: RemoteURL?
    do throws(ConfigurationError) {
      remote = try RemoteURL(url)
    } catch {
      reader.report(error)
    }
    let extra = readHeaders(headers, environment, &reader)
    let fixed = readFixed(&reader)
    let credential = readCredential(extra, &reader)
    let seal = readSeal(&reader)
    var outbound = CurlClient.Settings()
    outbound.allowsLoopback = remote?.isLoopback == true
    outbound.caFile = reader.file(MCPService.Settings.bridgeCAFile)?.path
    outbound.proxy = reader.optional(MCPService.Settings.bridgeProxy) {
      Origin(ofProxy: $0)?.scheme == .http
    }
    if let remote, remote.origin.scheme != .https, outbound.proxy != nil {
      reader.report(
        ConfigurationError(
          MCPService.Settings.bridgeProxy.name, "is only for a URL of https://",
          fix: "unset it for a server of this machine"))
    }
    guard reader.errors.isEmpty, let remote, let credential else {
      throw ConfigurationErrors(all: reader.errors)
    }
    return BridgeConfiguration(
      remote: remote, credential: credential, fields: fixed + extra, seal: seal,
      outbound: outbound, warnings: reader.warnings,
      running: reader.snapshot, kept: reader.kept)
  }

  private static let authorization = "Authorization"
  private static let apiKey = "X-API-Key"

  private static func readHeaders(
    _ texts: [String], _ environment: MCPService.Environment, _ reader: inout EnvironmentReader
  ) -> [HeaderField] {
    guard texts.count <= HeaderOption.most else {
      reader.report(
        HeaderOption.error(
          "is given more than \(HeaderOption.most) times", fix: "give it less often"))
      return []
    }
    var fields: [HeaderField] = []
    for text in texts {
      do throws(ConfigurationError) {
        let field = try HeaderOption.field(text, from: environment)
        // RFC 9110 §5.3: two servers could read two of them differently.
        guard !fields.contains(where: { ASCII.areEqual($0.name.utf8, field.name.utf8) }) else {
          throw HeaderOption.error("sets \(field.name) twice", fix: "remove one of them")
        }
        fields.append(field)
      } catch {
        reader.report(error)
      }
    }
    return fields
  }

  // MARK: The credential

  /// The names of the credentials that are set, each of which is sent as it is.
  private static func fixedNames(_ extra: [HeaderField], _ reader: EnvironmentReader) -> [String] {
    typealias Names = MCPService.Settings
    let basic = [Names.bridgeUser.declaration, Names.bridgePassword.declaration]
      .first { reader.isSet($0) }
    let settings =
      [Names.bridgeKey.declaration, Names.bridgeBearer.declaration]
      .filter { reader.isSet($0) } + [basic].compactMap(\.self)
    let isInHeader = extra.contains { field in
      [authorization, apiKey].contains { ASCII.areEqual($0.utf8, field.name.utf8) }
    }
    return settings.map(\.name) + (isInHeader ? [HeaderOption.option] : [])
  }

  private static func readFixed(_ reader: inout EnvironmentReader) -> [HeaderField] {
    typealias Names = MCPService.Settings
    var fields: [HeaderField] = []
    if let key = readToken(Names.bridgeKey, &reader) {
      fields.append(HeaderField(name: apiKey, value: key))
    }
    if let token = readToken(Names.bridgeBearer, &reader) {
      fields.append(HeaderField(name: authorization, value: "Bearer \(token)"))
    }
    let (user, password) = (Names.bridgeUser, Names.bridgePassword)
    // RFC 7617 §2: the first colon ends the user.
    let name = reader.optional(user) {
      Subject.isValid($0) && !$0.utf8.contains(UInt8(ascii: ":"))
    }
    let source = reader.credential(password)
    if reader.areBothSet(user.declaration, password.declaration), let name, let source {
      let pair = Base64.standard.text(of: Array("\(name):\(source.secret.exposed)".utf8))
      fields.append(HeaderField(name: authorization, value: "Basic \(pair)"))
    }
    return fields
  }

  private static func readToken(
    _ setting: SecretSetting, _ reader: inout EnvironmentReader
  ) -> String? {
    guard let source = reader.credential(setting) else { return nil }
    let token = source.secret.exposed
    guard token.utf8.count <= 8 << 10, token.utf8.allSatisfy(ASCII.isVisible) else {
      reader.report(
        ConfigurationError(
          source.variable, "is not visible ASCII of at most 8192 characters",
          fix: "set it to what the server has issued"))
      return nil
    }
    return token
  }

  private static func readCredential(
    _ extra: [HeaderField], _ reader: inout EnvironmentReader
  ) -> Credential? {
    typealias Names = MCPService.Settings
    let names = fixedNames(extra, reader)
    // Two credentials in one request: servers refuse it, or select one.
    for other in names.dropFirst() { reader.report(.exclusive(names[0], other)) }
    let grant = reader.value(Names.bridgeGrant)
    let client = RegisteredClient.read(&reader)
    if let first = names.first {
      if grant != .signIn { reader.report(.exclusive(first, Names.bridgeGrant.name)) }
      if reader.isSet(Names.bridgeClient.declaration) {
        reader.report(.exclusive(first, Names.bridgeClient.name))
      }
      return .fixed
    }
    switch grant {
    case .signIn: return .signIn(client)
    case .clientCredentials:
      // RFC 6749 §4.4: only confidential clients.
      if let client {
        if case .none = client.credential,
          !reader.isSet(Names.bridgeClientSecret.declaration),
          !reader.isSet(Names.bridgeClientKey.declaration)
        {
          reader.report(
            .missingCounterpart(
              variable: Names.bridgeClientSecret.name, of: Names.bridgeGrant.name))
        }
        return .clientCredentials(client)
      }
      if !reader.isSet(Names.bridgeClient.declaration) {
        reader.report(
          .missingCounterpart(variable: Names.bridgeClient.name, of: Names.bridgeGrant.name))
      }
      return nil
    }
  }

  // MARK: The seal

  private static func readSeal(_ reader: inout EnvironmentReader) -> Seal {
    let setting = MCPService.Settings.bridgeSeal
    let store = reader.value(MCPService.Settings.bridgeStore)
    if store == .keychain {
      // With two keys, it would not be clear which one opens a file.
      if reader.isSet(setting.declaration) {
        reader.report(
          ConfigurationError(
            setting.name,
            "is set, but with \(MCPService.Settings.bridgeStore.name)=keychain the keychain has the key",
            fix: "unset one of them"))
      }
      return .keychain
    }
    return reader.sealingKey(setting).map { .key($0) } ?? .none
  }
}

extension BridgeConfiguration {
  /// The part of `--help` on the environment.
  package static let help = """
    The bridge is an MCP server over standard input and output. It forwards each
    message to URL, and presents one credential there: that of a setting, or a
    token that it gets with a sign-in (CalculatorBridge login URL). SIGHUP reads
    the files of secrets again.

    \(MCPService.Settings.bridge.help)

    EXIT STATUS: 0 the client has closed; 64 wrong usage; 78 wrong configuration.
    """
}
