internal import Auth
internal import HTTPClient
internal import IdentityProviders
internal import MCPService
private import JSON
internal import OAuth
internal import Support
internal import Upstream

/// How users connect to one service.
///
/// Sources of the defaults: developer.atlassian.com, "OAuth 2.0 (3LO) apps" and "Confluence scopes for
/// OAuth 2.0 (3LO) and Forge apps"; confluence.atlassian.com, "Jira OAuth 2.0 provider API".
struct UpstreamOAuthSettings: Sendable {
  let clientID: String
  let clientSecret: Secret
  let redirectURI: String
  let scope: String
  let authorizeURL: String
  let tokenURL: String
  /// Of Cloud: without a slash at its end. Of Data Center it is the root of the service.
  let apiURL: String
  /// The URL or the name of the site of Cloud that connections are for.
  let site: String?
  let form: UpstreamOAuth.Form

  /// The client of the service's endpoints.
  func client(over http: any HTTPClient) -> UpstreamOAuth? {
    UpstreamOAuth(
      authorizeEndpoint: authorizeURL, tokenEndpoint: tokenURL, clientID: clientID,
      clientSecret: clientSecret, scope: scope, redirectURI: redirectURI, form: form, http: http)
  }

  /// Whether these are tokens of the same client at the same authorization server.
  func isOf(_ provider: ProviderConfiguration) -> Bool {
    // RFC 6749 §6: a refresh token is bound to its client. ATTACKS O49: and to its server.
    clientID.hasSameBytes(as: provider.clientID)
      && provider.endpoints?.token.hasSameBytes(as: tokenURL) == true
      && { if case .atlassianCloud = form { true } else { false } }()
  }

  func isCovered(by granted: ScopeList) -> Bool {
    ScopeList(scope)?.scopes.allSatisfy { wanted in
      granted.scopes.contains { $0.hasSameBytes(as: wanted) }
    } ?? false
  }

  /// - Returns: `nil` if an error was reported.
  static func read(
    _ names: UpstreamOAuthSettingNames, of service: UpstreamService,
    from reader: inout EnvironmentReader, root: String?, edition: AtlassianEdition?,
    baseURL: String?, allowsLoopback: Bool
  ) -> UpstreamOAuthSettings? {
    let isCloud = edition == .cloud
    for setting in [names.clientID.declaration, names.clientSecret.declaration]
    where !reader.isSet(setting) { reader.report(.missing(setting)) }
    for setting in [Settings.state.declaration, Settings.stateKey.declaration]
    where !reader.isSet(setting) {
      // Refresh tokens are sealed and outlive the process.
      reader.report(.missingCounterpart(variable: setting.name, of: names.clientID.name))
    }
    let clientID = reader.optional(names.clientID, isValid: Subject.isValid)
    let secret = reader.credential(names.clientSecret)
    let redirectURI = readRedirectURI(names, service, &reader, baseURL)
    let scope = readScope(names, service, &reader, isCloud: isCloud)
    let authorize = reader.endpoint(names.authorizeURL, allowsLoopback)
    let token = reader.endpoint(names.tokenURL, allowsLoopback)
    let api = reader.address(names.apiURL, allowsLoopback)
    let site = reader.optional(names.site, isValid: Subject.isValid)
    if !isCloud {
      for setting in [names.apiURL, names.site] where reader.isSet(setting.declaration) {
        reader.report(.noEffect(setting.name, with: "Data Center"))
      }
    }
    guard let clientID, let secret, let redirectURI, let scope, let root else { return nil }
    let provider = isCloud ? "https://auth.atlassian.com" : "\(root)/rest/oauth2/latest"
    return UpstreamOAuthSettings(
      clientID: clientID, clientSecret: secret.secret, redirectURI: redirectURI, scope: scope,
      authorizeURL: authorize ?? "\(provider)/authorize",
      tokenURL: token ?? (isCloud ? "\(provider)/oauth/token" : "\(provider)/token"),
      apiURL: isCloud ? api ?? "https://api.atlassian.com" : root,
      site: isCloud ? site ?? defaultSite(root) : nil,
      form: isCloud ? .atlassianCloud : .formWithSecret)
  }

  /// A connection for another site would be called instead of the one of the settings.
  private static func defaultSite(_ root: String) -> String? {
    guard let origin = Origin(of: root), AtlassianEdition(ofHost: origin.host) == .cloud else {
      return nil
    }
    return origin.text
  }

  /// The address is fixed. The setting finds out a wrong one before a user does.
  private static func readRedirectURI(
    _ names: UpstreamOAuthSettingNames, _ service: UpstreamService,
    _ reader: inout EnvironmentReader, _ baseURL: String?
  ) -> String? {
    guard let baseURL else { return nil }
    let own = "\(baseURL)/\(service.rawValue)/callback"
    // RFC 9700 §4.1.3: byte for byte
    if let text = reader.value(names.redirectURI), !text.hasSameBytes(as: own) {
      reader.report(
        ConfigurationError(
          names.redirectURI.name, "must be \(own)", fix: "unset it, or set it to this"))
      return nil
    }
    return own
  }

  private static func readScope(
    _ names: UpstreamOAuthSettingNames, _ service: UpstreamService,
    _ reader: inout EnvironmentReader, isCloud: Bool
  ) -> String? {
    guard let text = reader.value(names.scope) else {
      if !isCloud { return "READ" }
      return service == .jira
        ? "read:jira-work offline_access"
        : "read:page:confluence offline_access"
    }
    let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    // RFC 6749 §3.3
    let isScope = words.allSatisfy { word in
      !word.isEmpty && word.allSatisfy { ASCII.isVisible($0) && $0 != 0x22 && $0 != 0x5C }
    }
    guard isScope, text.utf8.count <= 1024 else {
      reader.reportInvalid(names.scope)
      return nil
    }
    // Without it Cloud sends no refresh token, so no user could connect.
    guard !isCloud || words.contains(where: { $0.elementsEqual("offline_access".utf8) }) else {
      reader.report(
        ConfigurationError(
          names.scope.name, "lacks offline_access, without which no connection lasts",
          fix: "add it, or unset \(names.scope.name)"))
      return nil
    }
    return text
  }
}
