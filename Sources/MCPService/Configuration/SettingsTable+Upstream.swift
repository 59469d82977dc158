private import Support

/// The settings about Jira, Confluence and Jenkins in CalculatorOAuth.
///
/// SIGHUP reads again what gives or takes rights: tokens, users, passwords, and the file of shared
/// credentials. Where a service is, and how it is called, needs a restart: stored connections and the
/// client of outbound requests are made for it.
///
/// The file is longer than most: it is a table.
extension Settings {
  private static let prefix = ServiceName.settingPrefix
  private static let folder = "/etc/\(ServiceName.text)"

  /// The services of the module `Upstream`.
  package static let upstreamServices = [
    UpstreamSettingNames(id: "jira", prefix: "JIRA", title: "Jira", isOfAtlassian: true),
    UpstreamSettingNames(
      id: "confluence", prefix: "CONFLUENCE", title: "Confluence", isOfAtlassian: true),
    UpstreamSettingNames(id: "jenkins", prefix: "JENKINS", title: "Jenkins", isOfAtlassian: false),
  ]

  package static let storyPointsField = Setting<String>(
    "\(upstreamServices[0].prefix)_STORY_POINTS_FIELD",
    .text("customfield_ and 1 to 10 digits"), default: "customfield_10016",
    .value("customfield_10016"), .needsRestart, "the field of Jira that has the story points"
  ) { text throws(Malformed) in
    let start = Array("customfield_".utf8)
    let digits = text.utf8.dropFirst(start.count)
    // It becomes a part of requests.
    let isField =
      text.utf8.starts(with: start) && 1...10 ~= digits.count && digits.allSatisfy(ASCII.isDigit)
    return try Malformed.unless(isField ? text : nil)
  }
  package static let takesUpstreamHeaders = Setting.flag(
    "\(prefix)UPSTREAM_HEADERS", default: false, .needsRestart,
    """
    `true`: a request may have the caller's credential for a service in `X-Jira-Token`, \
    `X-Confluence-Token` or `X-Jenkins-Token`; otherwise calls with these headers fail
    """)
  package static let sharedCredentials = FileSetting(
    "\(prefix)UPSTREAM_SHARED", .shared, .appliesAndRevokes, example: "\(folder)/shared.json",
    """
    which callers may use the tokens and passwords of this server for which tools; without it, no \
    caller
    """)

  static let ofUpstream =
    upstreamServices.flatMap { names in
      names.declarations + (names.id == "jira" ? [storyPointsField.declaration] : [])
    } + [takesUpstreamHeaders.declaration, sharedCredentials.declaration]
}

/// The settings of one service: `JIRA_URL` and so on.
package struct UpstreamSettingNames: Sendable {
  /// As in `UpstreamService`.
  package let id: String
  package let prefix: String
  package let url: Setting<String?>
  package let authType: Setting<String?>
  package let token: SecretSetting
  package let user: Setting<String?>
  package let password: SecretSetting
  /// Of Jira and Confluence.
  package let edition: Setting<String?>?
  /// Of a service to which users can connect.
  package let oauth: UpstreamOAuthSettingNames?

  init(id: String, prefix: String, title: String, isOfAtlassian: Bool) {
    self.id = id
    self.prefix = prefix
    url = Setting.text(
      "\(prefix)_URL", "a URL without a query and without / at its end", .needsRestart,
      example: "https://\(id).example", "the address of \(title); turns its tools on")
    token = SecretSetting(
      "\(prefix)_PERSONAL_TOKEN", .appliesAndRevokes,
      example: "replace-with-the-token-of-an-account-for-this-server",
      """
      a token of this server's own account in \(title)\(isOfAtlassian ? " Data Center" : ", if a plugin takes them"), sent as Bearer; \
      only callers in `\(ServiceName.settingPrefix)UPSTREAM_SHARED` use it
      """)
    user = Setting.text(
      "\(prefix)_USERNAME", "1 to 256 bytes of ASCII without colons and control characters",
      .appliesAndRevokes, example: "robot@example.com",
      "the user of this server's own account in \(title), in place of a token")
    password = SecretSetting(
      "\(prefix)_PASSWORD", .appliesAndRevokes,
      example: "replace-with-the-password-or-api-token-of-this-account",
      "the password or API token of `\(prefix)_USERNAME`")
    let types = ["token", "basic", "anonymous"] + (isOfAtlassian ? ["oauth"] : [])
    authType = Setting.optionalWord(
      "\(prefix)_AUTH_TYPE", of: types, describedDefault: "what the other settings are for",
      .needsRestart, example: "token",
      """
      how \(title) is called without a header: with the token or the user of this server\
      \(isOfAtlassian ? ", with the connection of the caller" : ""), or without a credential
      """)
    edition =
      isOfAtlassian
      ? Setting.optionalWord(
        "\(prefix)_EDITION", of: ["cloud", "datacenter"],
        describedDefault: "`cloud` below `.atlassian.net`, otherwise `datacenter`", .needsRestart,
        example: "datacenter", "the edition of \(title): they have other interfaces") : nil
    oauth = isOfAtlassian ? UpstreamOAuthSettingNames(id: id, prefix: prefix, title: title) : nil
  }

  package var declarations: [SettingDeclaration] {
    [
      url.declaration, authType.declaration, token.declaration, user.declaration,
      password.declaration,
    ] + [edition?.declaration].compactMap(\.self) + (oauth?.declarations ?? [])
  }
}

/// The settings about the connections of users to one service.
package struct UpstreamOAuthSettingNames: Sendable {
  package let clientID: Setting<String?>
  package let clientSecret: SecretSetting
  package let redirectURI: Setting<String?>
  package let scope: Setting<String?>
  package let authorizeURL: Setting<String?>
  package let tokenURL: Setting<String?>
  package let apiURL: Setting<String?>
  package let site: Setting<String?>

  init(id: String, prefix: String, title: String) {
    let prefix = "\(prefix)_OAUTH"
    func url(_ name: String, _ sentence: String) -> Setting<String?> {
      Setting.text(
        "\(prefix)_\(name)", "a URL", .needsRestart, example: "https://login.example/\(id)",
        sentence)
    }
    clientID = Setting.text(
      "\(prefix)_CLIENT_ID", "1 to 256 bytes without control characters", .needsRestart,
      example: "calculator",
      """
      the client as which this server is registered at \(title), so that users can connect; needs \
      `\(Settings.state.name)` and `\(Settings.stateKey.name)`
      """)
    clientSecret = SecretSetting(
      "\(prefix)_CLIENT_SECRET", .needsRestart, "the secret of `\(prefix)_CLIENT_ID`")
    redirectURI = Setting.text(
      "\(prefix)_REDIRECT_URI", "\(Settings.baseURL.name) with /\(id)/callback", .needsRestart,
      example: "https://mcp.example/\(id)/callback",
      "a check of the address that is registered at \(title); it can have no other value")
    scope = Setting.text(
      "\(prefix)_SCOPE", "scopes with spaces between them", .needsRestart,
      example: "\(id == "jira" ? "read:jira-work" : "read:page:confluence") offline_access",
      "what users allow this server at \(title); without it, no more than the tools need")
    authorizeURL = url(
      "AUTHORIZE_URL",
      "the page of \(title) on which users allow the connection; without it, the usual one")
    tokenURL = url(
      "TOKEN_URL", "the token endpoint of \(title); without it, the usual one")
    apiURL = Setting.text(
      "\(prefix)_API_URL", "a URL without a query and without / at its end", .needsRestart,
      example: "https://api.atlassian.com",
      "the host of the API of \(title) Cloud; without it, the public one")
    site = Setting.text(
      "\(prefix)_SITE", "the URL or the name of a site", .needsRestart,
      example: "https://example.atlassian.net",
      "the site of \(title) Cloud that connections are for; without it, the one of the URL above")
  }

  package var declarations: [SettingDeclaration] {
    [
      clientID.declaration, clientSecret.declaration, redirectURI.declaration, scope.declaration,
      authorizeURL.declaration, tokenURL.declaration, apiURL.declaration, site.declaration,
    ]
  }
}
