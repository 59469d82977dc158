internal import Auth
internal import MCPService
private import MCPServiceHTTP
internal import ResourceServer
internal import Support
internal import Upstream

/// The services behind this server: where they are, and with which credentials they are called.
///
/// No value comes from a request. The file is longer than most: it names every contradiction between
/// the settings.
struct UpstreamSettings: Sendable {
  struct Service: Sendable {
    /// Its address without a slash at its end, such as `https://jira.example/jira`.
    let root: String
    /// `nil` for Jenkins.
    let edition: AtlassianEdition?
    let rules: CredentialRules
    /// `nil` if users cannot connect to the service.
    let oauth: UpstreamOAuthSettings?

    var service: UpstreamService { rules.service }
  }

  /// In the order of `UpstreamService`, at least one.
  let services: [Service]
  /// Such as `customfield_10016`.
  let storyPointsField: String
  let takesHeaders: Bool
  let shared: SharedCredential

  /// The addresses that outbound requests may trust although they are not public.
  var trustedURLs: [String] {
    services.flatMap { service in
      [service.root] + (service.oauth.map { [$0.tokenURL, $0.apiURL] } ?? [])
    }
  }

  /// - Parameter baseURL: of this server; `nil` if an error about it was reported.
  /// - Returns: `nil` if no service is set, or if an error was reported.
  static func read(
    from reader: inout EnvironmentReader, baseURL: String?, allowsLoopback: Bool
  ) -> UpstreamSettings? {
    let errors = reader.errors.count
    let takesHeaders = reader.value(Settings.takesUpstreamHeaders)
    let storyPointsField = reader.value(Settings.storyPointsField)
    let shared = reader.contents(of: Settings.sharedCredentials) { text throws(SettingsFileError) in
      try FileAuthority(file: text)
    }
    let services = zip(UpstreamService.allCases, Settings.upstreamServices).compactMap {
      (service, names) -> Service? in
      precondition(service.rawValue == names.id, "the services of the settings are other ones")
      return readService(service, names, &reader, takesHeaders, baseURL, allowsLoopback)
    }
    let isJiraSet = reader.isSet(Settings.upstreamServices[0].url.declaration)
    if reader.isSet(Settings.storyPointsField.declaration), !isJiraSet {
      reader.report(
        .missingCounterpart(
          variable: Settings.upstreamServices[0].url.name, of: Settings.storyPointsField.name))
    }
    reportUnused(&reader, takesHeaders, services, errors: errors)
    guard reader.errors.count == errors, !services.isEmpty else { return nil }
    if services.contains(where: { $0.oauth != nil }),
      reader.value(Settings.state).utf8.elementsEqual(":memory:".utf8)
    {
      reader.warn("\(Settings.state.name)=:memory:: connections are lost when the server ends")
    }
    return UpstreamSettings(
      services: services, storyPointsField: storyPointsField, takesHeaders: takesHeaders,
      shared: SharedCredential(shared))
  }

  /// Settings about all services that have no effect.
  private static func reportUnused(
    _ reader: inout EnvironmentReader, _ takesHeaders: Bool, _ services: [Service], errors: Int
  ) {
    let isSet = Settings.upstreamServices.contains { reader.isSet($0.url.declaration) }
    let sharedName = Settings.sharedCredentials.name
    let isShared = reader.isSet(Settings.sharedCredentials.declaration)
    if !isSet {
      let urls = Settings.upstreamServices.map(\.url.name).joined(separator: ", ")
      let unused =
        (takesHeaders ? [Settings.takesUpstreamHeaders.name] : []) + (isShared ? [sharedName] : [])
      for name in unused {
        reader.report(
          ConfigurationError(
            name, "is set, but no service is", fix: "set one of \(urls), or unset \(name)"))
      }
    }
    guard isSet, reader.errors.count == errors else { return }
    let owners = services.filter { $0.rules.own != nil }.map(\.service.title)
    if !owners.isEmpty, !isShared {
      reader.warn(
        "\(sharedName) is not set: no caller uses the server's own credential for \(owners.joined(separator: ", "))"
      )
    } else if owners.isEmpty, isShared {
      reader.warn("\(sharedName) has no effect: this server has no credential of its own")
    }
  }

  private static func readService(
    _ service: UpstreamService, _ names: UpstreamSettingNames, _ reader: inout EnvironmentReader,
    _ takesHeaders: Bool, _ baseURL: String?, _ allowsLoopback: Bool
  ) -> Service? {
    guard reader.isSet(names.url.declaration) else {
      if let setting = names.declarations.first(where: { reader.isSet($0) }) {
        reader.report(.missingCounterpart(variable: names.url.name, of: setting.name))
      }
      return nil
    }
    let errors = reader.errors.count
    let root = reader.address(names.url, allowsLoopback)
    let edition = readEdition(names, &reader, root: root)
    let own = OwnCredential(names, &reader)
    let declared = reader.value(names.authType).flatMap(UpstreamAuthType.init(rawValue:))
    let hasOAuth = names.oauth?.declarations.contains { reader.isSet($0) } ?? false
    let authType =
      declared ?? (hasOAuth ? .oauth : own.hasToken ? .token : own.hasUser ? .basic : nil)
    if let declared { own.check(declared, names, &reader) }
    if let declared, declared != .oauth, let oauth = names.oauth {
      // A connection that is never used would promise what does not happen.
      for setting in oauth.declarations where reader.isSet(setting) {
        reader.report(.noEffect(setting.name, with: "\(names.authType.name)=\(declared.rawValue)"))
      }
    }
    let credential = own.read(names, &reader, edition: edition)
    var oauth: UpstreamOAuthSettings?
    if authType == .oauth, let setting = names.oauth {
      oauth = UpstreamOAuthSettings.read(
        setting, of: service, from: &reader, root: root, edition: edition, baseURL: baseURL,
        allowsLoopback: allowsLoopback)
    }
    if authType == nil, !takesHeaders, reader.errors.count == errors {
      // No error: SIGHUP must be able to take the only credential away.
      reader.warn(
        "\(names.url.name) is set, but no call can have a credential for \(service.title)")
    }
    guard reader.errors.count == errors, let root else { return nil }
    return Service(
      root: root, edition: edition,
      rules: CredentialRules(
        service: service, form: CredentialForm(of: edition), takesHeaders: takesHeaders,
        authType: authType, own: credential), oauth: oauth)
  }

  /// - Returns: `nil` for Jenkins, and if an error was reported.
  private static func readEdition(
    _ names: UpstreamSettingNames, _ reader: inout EnvironmentReader, root: String?
  ) -> AtlassianEdition? {
    guard let setting = names.edition else { return nil }
    if let edition = reader.value(setting).flatMap(AtlassianEdition.init(rawValue:)) {
      return edition
    }
    return root.flatMap(Origin.init(of:)).map { AtlassianEdition(ofHost: $0.host) }
  }
}

/// Which settings about the server's own account are there.
private struct OwnCredential {
  let hasToken: Bool
  let hasUser: Bool
  let hasPassword: Bool

  init(_ names: UpstreamSettingNames, _ reader: inout EnvironmentReader) {
    hasToken = reader.isSet(names.token.declaration)
    hasUser = reader.isSet(names.user.declaration)
    hasPassword = reader.isSet(names.password.declaration)
    if hasToken, hasUser || hasPassword {
      reader.report(.exclusive(names.token.name, hasUser ? names.user.name : names.password.name))
    } else {
      _ = reader.areBothSet(names.user.declaration, names.password.declaration)
    }
  }

  /// Whether the settings are those of the declared type.
  func check(
    _ type: UpstreamAuthType, _ names: UpstreamSettingNames, _ reader: inout EnvironmentReader
  ) {
    let declared = "\(names.authType.name)=\(type.rawValue)"
    var missing: [String] = []
    var unused: [String] = []
    switch type {
    case .token:
      if !hasToken { missing = [names.token.name] }
      if hasUser, !hasToken { unused = [names.user.name] }
    case .basic:
      if !hasUser, !hasPassword { missing = [names.user.name, names.password.name] }
      if hasToken, !hasUser { unused = [names.token.name] }
    case .anonymous:
      if hasToken { unused = [names.token.name] }
      if hasUser { unused.append(names.user.name) }
    case .oauth: break
    }
    for name in missing {
      reader.report(
        ConfigurationError(
          name, "is not set, but \(declared) needs it",
          fix: "set it, or change \(names.authType.name)"))
    }
    for name in unused { reader.report(.noEffect(name, with: declared)) }
  }

  /// - Returns: `nil` if the server has none, or if an error was reported.
  func read(
    _ names: UpstreamSettingNames, _ reader: inout EnvironmentReader, edition: AtlassianEdition?
  ) -> UpstreamCredential? {
    // Each is read although another may be wrong, so that one run shows every error.
    let token = reader.credential(names.token)
    let user = reader.optional(names.user) { text in
      Subject.isValid(text) && text.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: ":") }
    }
    let password = reader.credential(names.password)
    if hasToken, edition == .cloud {
      reader.report(
        ConfigurationError(
          names.token.name, "the cloud edition takes an e-mail address with an API token",
          fix: "set \(names.user.name) and \(names.password.name) instead"))
      return nil
    }
    if let token { return check(token, .bearer, token.secret, &reader) }
    guard let user, let password else { return nil }
    return check(password, .basic, Secret("\(user):\(password.secret.exposed)"), &reader)
  }

  private func check(
    _ source: SecretSource, _ form: CredentialForm, _ text: Secret,
    _ reader: inout EnvironmentReader
  ) -> UpstreamCredential? {
    do throws(CredentialError) {
      return try form.credential(text)
    } catch {
      reader.report(
        ConfigurationError(
          source.variable,
          "must be visible ASCII of at most \(CredentialForm.maximumLength) bytes",
          fix: "set it to the secret that the other service issued"))
      return nil
    }
  }
}

extension EnvironmentReader {
  /// The root of a service: a URL to which paths are appended.
  /// - Returns: `nil` if the setting is not set, or if an error was reported.
  mutating func address(_ setting: Setting<String?>, _ allowsLoopback: Bool) -> String? {
    guard let text = endpoint(setting, allowsLoopback) else { return nil }
    let problem: String? =
      if text.utf8.contains(UInt8(ascii: "?")) {
        "has a query"
      } else if text.utf8.last == UInt8(ascii: "/") {
        "has a slash at its end"
      } else { nil }
    guard let problem else { return text }
    report(.invalidURL(of: setting.declaration, problem: problem))
    return nil
  }

  /// A URL that receives credentials: `http` only if it names this machine.
  /// - Returns: `nil` if the setting is not set, or if an error was reported.
  mutating func endpoint(_ setting: Setting<String?>, _ allowsLoopback: Bool) -> String? {
    guard let text = url(setting, allowsLoopback), let origin = Origin(of: text) else {
      return nil
    }
    // The setting is about this machine: on the way to another, the credential could be read.
    guard origin.scheme == .https || HTTPConfiguration.isLoopback(origin.host) else {
      report(
        .invalidURL(
          of: setting.declaration, problem: "must begin with https://, except on this machine"))
      return nil
    }
    return text
  }
}

extension ConfigurationError {
  static func noEffect(_ variable: String, with other: String) -> ConfigurationError {
    ConfigurationError(
      variable, "has no effect with \(other)", fix: "unset it, or change the other")
  }
}
