internal import Auth
internal import HTTPClient
internal import JOSE
internal import MCPService
internal import ResourceServer
internal import Support

/// The settings about the identity provider, and those about outbound requests.
struct ProviderSettings: Sendable {
  let issuer: String
  let audiences: [String]
  let types: Set<ProviderTokenType>
  let algorithms: Set<PublicKeyAlgorithm>
  let leeway: Duration
  let permissions: PermissionMap
  let showsNames: Bool
  /// `nil`: the metadata of the provider says where the keys are.
  let keysURL: String?
  /// `nil`: tokens are verified here.
  let introspection: IntrospectionSettings?
  let outbound: CurlClient.Settings

  /// - Parameter resource: the URL of this server's endpoint: the audience without a setting. `nil`
  ///   if an error about it was reported.
  /// - Returns: `nil` if an error was reported.
  static func read(
    from reader: inout EnvironmentReader, resource: String?, allowsLoopback: Bool
  ) -> ProviderSettings? {
    let outbound = CurlClient.Settings.read(from: &reader, allowsLoopback: allowsLoopback)
    let issuer = readIssuer(&reader, allowsLoopback)
    let audiences = reader.list(Settings.providerAudience) { $0.utf8.isEmpty ? nil : $0 }
    let types = reader.list(Settings.tokenTypes, of: ProviderTokenType.init(rawValue:))
    let algorithms = reader.list(Settings.tokenAlgorithms, of: PublicKeyAlgorithm.init(name:))
    let leeway = reader.value(Settings.tokenLeeway)
    let permissions = readPermissions(&reader)
    let showsNames = reader.value(Settings.showsNames)
    let keysURL = reader.url(Settings.keysURL, allowsLoopback)
    let introspection = IntrospectionSettings.read(from: &reader, allowsLoopback)
    guard reader.errors.isEmpty, let issuer, let resource, let permissions else { return nil }
    return ProviderSettings(
      issuer: issuer, audiences: audiences.isEmpty ? [resource] : audiences,
      types: types.isEmpty ? [.accessToken] : Set(types),
      algorithms: algorithms.isEmpty ? Set(PublicKeyAlgorithm.allCases) : Set(algorithms),
      leeway: leeway, permissions: permissions, showsNames: showsNames, keysURL: keysURL,
      introspection: introspection, outbound: outbound)
  }

  /// The rules for a token.
  var policy: ProviderTokenPolicy {
    ProviderTokenPolicy(
      issuer: issuer, audiences: audiences, types: types, leeway: leeway, permissions: permissions,
      namesInLog: showsNames)
  }

  /// RFC 8414 §2: an issuer has no query and no fragment.
  private static func readIssuer(_ reader: inout EnvironmentReader, _ allowsLoopback: Bool)
    -> String?
  {
    guard reader.isSet(Settings.providerIssuer.declaration) else {
      reader.report(.missing(Settings.providerIssuer.declaration))
      return nil
    }
    guard let issuer = reader.url(Settings.providerIssuer, allowsLoopback) else { return nil }
    guard !issuer.utf8.contains(UInt8(ascii: "?")) else {
      reader.report(
        .invalidURL(of: Settings.providerIssuer.declaration, problem: "has a query"))
      return nil
    }
    // RFC 8414 §3: a well-known address has the issuer in it, and is none.
    guard Array(issuer.utf8).firstRange(of: Array("/.well-known/".utf8)) == nil else {
      reader.report(.metadataForIssuer(of: Settings.providerIssuer.declaration))
      return nil
    }
    return issuer
  }

  private static func readPermissions(_ reader: inout EnvironmentReader) -> PermissionMap? {
    guard reader.isSet(Settings.scopes.declaration) else { return .scopesAreNames }
    return reader.contents(of: Settings.scopes) { text throws(SettingsFileError) in
      try PermissionMap(file: text)
    }
  }
}

/// How this server asks the identity provider about tokens (RFC 7662).
struct IntrospectionSettings: Sendable {
  let client: String
  let secret: Secret
  /// `nil`: the metadata of the provider says where to ask.
  let url: String?

  /// - Returns: `nil` if introspection is off, or if an error was reported.
  static func read(from reader: inout EnvironmentReader, _ allowsLoopback: Bool)
    -> IntrospectionSettings?
  {
    let (client, secret) = (Settings.introspectionClient, Settings.introspectionSecret)
    let name = reader.optional(client, isValid: Subject.isValid)
    let source = reader.credential(secret)
    let url = reader.url(Settings.introspectionURL, allowsLoopback)
    if reader.areBothSet(client.declaration, secret.declaration), let name, let source {
      return IntrospectionSettings(client: name, secret: source.secret, url: url)
    }
    if url != nil, !reader.isSet(client.declaration), !reader.isSet(secret.declaration) {
      reader.report(
        .missingCounterpart(variable: client.name, of: Settings.introspectionURL.name))
    }
    return nil
  }
}

extension CurlClient.Settings {
  /// How outbound requests are sent. Errors and warnings are in `reader`.
  static func read(
    from reader: inout EnvironmentReader, allowsLoopback: Bool
  ) -> CurlClient.Settings {
    if allowsLoopback {
      reader.warn(
        "\(MCPService.Settings.allowsLoopback.name)=true: outbound requests may go to this machine without TLS"
      )
    }
    var outbound = CurlClient.Settings()
    outbound.allowsLoopback = allowsLoopback
    outbound.proxy = readProxy(&reader)
    outbound.caFile = reader.file(MCPService.Settings.caFile)?.path
    return outbound
  }

  /// Only `http`: a proxy with TLS would be verified with other certificates than those of the
  /// settings, and the connection to the provider has TLS of its own.
  private static func readProxy(_ reader: inout EnvironmentReader) -> String? {
    guard let proxy = reader.value(MCPService.Settings.outboundProxy) else { return nil }
    if Origin(of: proxy)?.scheme == .https {
      reader.report(
        .invalidURL(
          of: MCPService.Settings.outboundProxy.declaration, problem: "must begin with http://"))
      return nil
    }
    return proxy
  }
}

extension EnvironmentReader {
  /// What a JSON file contains.
  /// - Returns: `nil` if the setting is not set, or if an error was reported.
  mutating func contents<Value>(
    of setting: FileSetting, _ parse: ([UInt8]) throws(SettingsFileError) -> Value
  ) -> Value? {
    guard let (path, file) = file(setting) else { return nil }
    do throws(SettingsFileError) {
      return try parse(file.bytes)
    } catch {
      report(
        .invalidFile(
          of: setting.declaration, path: path, problem: "line \(error.line): \(error.reason)"))
      return nil
    }
  }

  /// A URL for outbound requests: `https`, or `http` to this machine if that is allowed.
  /// - Returns: `nil` if the setting is not set, or if an error was reported.
  mutating func url(_ setting: Setting<String?>, _ allowsLoopback: Bool) -> String? {
    guard let text = value(setting) else { return nil }
    switch Origin(of: text)?.scheme {
    case .https: return text
    case .http where allowsLoopback: return text
    case .http:
      report(
        .invalidURL(
          of: setting.declaration,
          problem: "must begin with https:// (http:// only to this machine, with "
            + "\(Settings.allowsLoopback.name)=true)"))
    case nil:
      let hasScheme = ["https://", "http://"].contains { text.utf8.starts(with: $0.utf8) }
      report(
        .invalidURL(
          of: setting.declaration,
          problem: hasScheme
            ? "must be a URL without a user, spaces and a fragment" : "must begin with https://"))
    }
    return nil
  }
}
