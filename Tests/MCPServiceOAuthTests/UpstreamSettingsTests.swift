import Auth
import MCPService
import Support
import TestSupport
import Testing
import Upstream

@testable import MCPServiceOAuth

/// The settings about Jira, Confluence and Jenkins: what they give, and what they must not say
/// together.
struct UpstreamSettingsTests {
  static let base = "https://mcp.example"

  struct Outcome {
    let settings: UpstreamSettings?
    let errors: [String]
    let warnings: [String]
  }

  static func read(
    _ values: [String: String], baseURL: String? = base, allowsLoopback: Bool = false
  ) -> Outcome {
    var reader = EnvironmentReader(.oauth, environment: Environment(values), file: nil)
    let settings = UpstreamSettings.read(
      from: &reader, baseURL: baseURL, allowsLoopback: allowsLoopback)
    return Outcome(
      settings: settings, errors: reader.errors.map(\.description), warnings: reader.warnings)
  }

  static func text(_ credential: UpstreamCredential?) -> String {
    switch credential {
    case .bearer(let token): "bearer \(token.exposed)"
    case .basic(let user, let password): "basic \(user) \(password.exposed)"
    case .anonymous: "anonymous"
    case nil: "none"
    }
  }

  // MARK: What the settings give

  struct Given: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [String: String]
    let service: UpstreamService
    let root: String
    var edition: AtlassianEdition?
    let form: CredentialForm
    var takesHeaders = false
    var authType: UpstreamAuthType?
    var own = "none"
  }

  @Test(arguments: [
    Given(
      testDescription: "Jira Data Center with a token",
      values: ["JIRA_URL": "https://jira.example/jira", "JIRA_PERSONAL_TOKEN": "tok"],
      service: .jira, root: "https://jira.example/jira", edition: .dataCenter, form: .bearer,
      authType: .token, own: "bearer tok"),
    Given(
      testDescription: "Jira Cloud with an API token",
      values: [
        "JIRA_URL": "https://example.atlassian.net", "JIRA_USERNAME": "robot@example.com",
        "JIRA_PASSWORD": "a:b c",
      ], service: .jira, root: "https://example.atlassian.net", edition: .cloud, form: .basic,
      authType: .basic, own: "basic robot@example.com a:b c"),
    Given(
      testDescription: "a host that only ends so",
      values: ["JIRA_URL": "https://evilatlassian.net", "JIRA_AUTH_TYPE": "anonymous"],
      service: .jira, root: "https://evilatlassian.net", edition: .dataCenter, form: .bearer,
      authType: .anonymous),
    Given(
      testDescription: "the setting decides about the edition",
      values: [
        "JIRA_URL": "https://example.atlassian.net", "JIRA_EDITION": "datacenter",
        "JIRA_AUTH_TYPE": "token", "JIRA_PERSONAL_TOKEN": "tok",
      ], service: .jira, root: "https://example.atlassian.net", edition: .dataCenter, form: .bearer,
      authType: .token, own: "bearer tok"),
    Given(
      testDescription: "Confluence with headers alone",
      values: ["CONFLUENCE_URL": "https://wiki.example", "CALCULATOR_UPSTREAM_HEADERS": "true"],
      service: .confluence, root: "https://wiki.example", edition: .dataCenter, form: .bearer,
      takesHeaders: true),
    Given(
      testDescription: "Jenkins takes user:token in headers, also with a Bearer of its own",
      values: [
        "JENKINS_URL": "https://ci.example:8443/jenkins", "JENKINS_PERSONAL_TOKEN": "tok",
        "CALCULATOR_UPSTREAM_HEADERS": "true",
      ], service: .jenkins, root: "https://ci.example:8443/jenkins", form: .basic,
      takesHeaders: true, authType: .token, own: "bearer tok"),
    Given(
      testDescription: "a token of this server beside connections",
      values: oauth.merging(["JIRA_PERSONAL_TOKEN": "tok"]) { $1 }, service: .jira,
      root: "https://jira.example", edition: .dataCenter, form: .bearer, authType: .oauth,
      own: "bearer tok"),
  ])
  func gives(_ row: Given) throws {
    let outcome = Self.read(row.values)
    #expect(outcome.errors == [])
    let settings = try #require(outcome.settings)
    #expect(settings.services.count == 1)
    let service = try #require(settings.services.first)
    #expect(service.service == row.service)
    #expect(service.root == row.root)
    #expect(service.edition == row.edition)
    #expect(service.rules.form == row.form)
    #expect(service.rules.takesHeaders == row.takesHeaders)
    #expect(settings.takesHeaders == row.takesHeaders)
    #expect(service.rules.authType == row.authType)
    #expect(Self.text(service.rules.own) == row.own)
    #expect(settings.storyPointsField == "customfield_10016")
    #expect(settings.trustedURLs.contains(row.root))
  }

  @Test func withoutASettingNothingChanges() {
    for values in [[:], ["CALCULATOR_UPSTREAM_HEADERS": "false"]] {
      let outcome = Self.read(values)
      #expect(outcome.settings == nil)
      #expect(outcome.errors == [])
      #expect(outcome.warnings == [])
    }
  }

  @Test func allServicesAreThereInTheirOrder() throws {
    let outcome = Self.read([
      "JENKINS_URL": "https://ci.example", "CONFLUENCE_URL": "https://wiki.example",
      "JIRA_URL": "https://jira.example", "CALCULATOR_UPSTREAM_HEADERS": "true",
      "JIRA_STORY_POINTS_FIELD": "customfield_7",
    ])
    #expect(outcome.errors == [])
    let settings = try #require(outcome.settings)
    #expect(settings.services.map(\.service) == [.jira, .confluence, .jenkins])
    #expect(settings.storyPointsField == "customfield_7")
    #expect(
      settings.trustedURLs
        == ["https://jira.example", "https://wiki.example", "https://ci.example"])
  }

  // MARK: Connections

  static let oauth = [
    "JIRA_URL": "https://jira.example", "JIRA_OAUTH_CLIENT_ID": "app",
    "JIRA_OAUTH_CLIENT_SECRET": "correct-horse", "CALCULATOR_STATE": "/var/lib/calculator/state",
    "CALCULATOR_STATE_KEY": "correct-horse-battery-staple-0123456789",
  ]
  static let cloud = oauth.merging(["JIRA_URL": "https://example.atlassian.net"]) { $1 }

  struct Connections: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [String: String]
    var service = UpstreamService.jira
    /// redirect URI, scope, the three URLs, site
    let expected: [String?]
    let form: String
  }

  @Test(arguments: [
    Connections(
      testDescription: "Jira Data Center", values: oauth,
      expected: [
        "https://mcp.example/jira/callback", "READ",
        "https://jira.example/rest/oauth2/latest/authorize",
        "https://jira.example/rest/oauth2/latest/token", "https://jira.example", nil,
      ], form: "formWithSecret"),
    Connections(
      testDescription: "Jira Cloud", values: cloud,
      expected: [
        "https://mcp.example/jira/callback", "read:jira-work offline_access",
        "https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token",
        "https://api.atlassian.com", "https://example.atlassian.net",
      ], form: "atlassianCloud"),
    Connections(
      testDescription: "Confluence Cloud",
      values: Dictionary(
        uniqueKeysWithValues: cloud.map { name, value in
          name.hasBytes(atStart: "JIRA_")
            ? ("CONFLUENCE_\(String(decoding: name.utf8.dropFirst(5), as: UTF8.self))", value)
            : (name, value)
        }), service: .confluence,
      expected: [
        "https://mcp.example/confluence/callback",
        "read:page:confluence offline_access",
        "https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token",
        "https://api.atlassian.com", "https://example.atlassian.net",
      ], form: "atlassianCloud"),
    Connections(
      testDescription: "every setting",
      values: cloud.merging([
        "JIRA_AUTH_TYPE": "oauth", "JIRA_OAUTH_REDIRECT_URI": "https://mcp.example/jira/callback",
        "JIRA_OAUTH_SCOPE": "offline_access read:jira-work read:me",
        "JIRA_OAUTH_AUTHORIZE_URL": "https://login.example/authorize?tenant=1",
        "JIRA_OAUTH_TOKEN_URL": "https://login.example/token",
        "JIRA_OAUTH_API_URL": "https://api.example", "JIRA_OAUTH_SITE": "Example",
      ]) { $1 },
      expected: [
        "https://mcp.example/jira/callback", "offline_access read:jira-work read:me",
        "https://login.example/authorize?tenant=1", "https://login.example/token",
        "https://api.example", "Example",
      ], form: "atlassianCloud"),
  ])
  func describesConnections(_ row: Connections) throws {
    let outcome = Self.read(row.values)
    #expect(outcome.errors == [])
    let settings = try #require(outcome.settings)
    let service = try #require(settings.services.first)
    #expect(service.service == row.service)
    #expect(service.rules.authType == .oauth)
    let oauth = try #require(service.oauth)
    #expect(oauth.clientID == "app")
    #expect(oauth.clientSecret.exposed == "correct-horse")
    #expect(
      [
        oauth.redirectURI, oauth.scope, oauth.authorizeURL, oauth.tokenURL, oauth.apiURL,
        oauth.site,
      ] == row.expected)
    #expect("\(oauth.form)" == row.form)
    #expect(oauth.client(over: TestProvider())?.origin == Origin(of: oauth.tokenURL)?.text)
    #expect(settings.trustedURLs == [service.root, oauth.tokenURL, oauth.apiURL])
  }

  @Test func aServiceThatNoCallCanUseIsAWarning() throws {
    let outcome = Self.read(Self.jira)
    #expect(outcome.errors == [])
    #expect(
      outcome.warnings == ["JIRA_URL is set, but no call can have a credential for Jira"])
    let rules = try #require(outcome.settings?.services.first).rules
    #expect(throws: CredentialError.none) {
      try CredentialChoice.choose(
        rules, header: [], connection: .none, isShared: true, isGuest: false)
    }
    #expect(Self.read(Self.with(["CALCULATOR_UPSTREAM_HEADERS": "true"])).warnings == [])
  }

  @Test func connectionsInMemoryAreAWarning() {
    let outcome = Self.read(Self.oauth.merging(["CALCULATOR_STATE": ":memory:"]) { $1 })
    #expect(outcome.errors == [])
    #expect(
      outcome.warnings == ["CALCULATOR_STATE=:memory:: connections are lost when the server ends"])
    #expect(Self.read(Self.oauth).warnings == [])
  }

  // MARK: Errors

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let values: [String: String]
    var allowsLoopback = false
    let errors: [String]
  }

  static let onlyTLS =
    "must begin with https:// (http:// only to this machine, with CALCULATOR_OAUTH_ALLOW_LOOPBACK=true); set it to a URL such as https://jira.example"
  static let jira = ["JIRA_URL": "https://jira.example"]

  static func with(_ values: [String: String]) -> [String: String] { jira.merging(values) { $1 } }

  @Test(arguments: [
    Row(
      testDescription: "a credential without a URL", values: ["JENKINS_PERSONAL_TOKEN": "tok"],
      errors: [
        "JENKINS_URL: is not set, but JENKINS_PERSONAL_TOKEN is; set both, or unset JENKINS_PERSONAL_TOKEN"
      ]),
    Row(
      testDescription: "a secret file without a URL",
      values: ["CONFLUENCE_PASSWORD_FILE": "/x"],
      errors: [
        "CONFLUENCE_URL: is not set, but CONFLUENCE_PASSWORD is; set both, or unset CONFLUENCE_PASSWORD"
      ]),
    Row(
      testDescription: "a field without a URL",
      values: ["JIRA_STORY_POINTS_FIELD": "customfield_7"],
      errors: [
        "JIRA_URL: is not set, but JIRA_STORY_POINTS_FIELD is; set both, or unset JIRA_STORY_POINTS_FIELD"
      ]),
    Row(
      testDescription: "a type token without a token", values: with(["JIRA_AUTH_TYPE": "token"]),
      errors: [
        "JIRA_PERSONAL_TOKEN: is not set, but JIRA_AUTH_TYPE=token needs it; set it, or change JIRA_AUTH_TYPE"
      ]),
    Row(
      testDescription: "a type basic without both", values: with(["JIRA_AUTH_TYPE": "basic"]),
      errors: [
        "JIRA_USERNAME: is not set, but JIRA_AUTH_TYPE=basic needs it; set it, or change JIRA_AUTH_TYPE",
        "JIRA_PASSWORD: is not set, but JIRA_AUTH_TYPE=basic needs it; set it, or change JIRA_AUTH_TYPE",
      ]),
    Row(
      testDescription: "a user without a password",
      values: with(["JIRA_AUTH_TYPE": "basic", "JIRA_USERNAME": "robot"]),
      errors: [
        "JIRA_PASSWORD: is not set, but JIRA_USERNAME is; set both, or unset JIRA_USERNAME"
      ]),
    Row(
      testDescription: "a password without a user", values: with(["JIRA_PASSWORD": "hunter2"]),
      errors: [
        "JIRA_USERNAME: is not set, but JIRA_PASSWORD is; set both, or unset JIRA_PASSWORD"
      ]),
    Row(
      testDescription: "a token beside a user",
      values: with([
        "JIRA_PERSONAL_TOKEN": "tok", "JIRA_USERNAME": "robot", "JIRA_PASSWORD": "hunter2",
      ]),
      errors: ["JIRA_PERSONAL_TOKEN: JIRA_USERNAME is also set; unset one of them"]),
    Row(
      testDescription: "a token beside a password",
      values: with(["JIRA_PERSONAL_TOKEN": "tok", "JIRA_PASSWORD": "hunter2"]),
      errors: ["JIRA_PERSONAL_TOKEN: JIRA_PASSWORD is also set; unset one of them"]),
    Row(
      testDescription: "a token with the type basic",
      values: with(["JIRA_AUTH_TYPE": "basic", "JIRA_PERSONAL_TOKEN": "tok"]),
      errors: [
        "JIRA_USERNAME: is not set, but JIRA_AUTH_TYPE=basic needs it; set it, or change JIRA_AUTH_TYPE",
        "JIRA_PASSWORD: is not set, but JIRA_AUTH_TYPE=basic needs it; set it, or change JIRA_AUTH_TYPE",
        "JIRA_PERSONAL_TOKEN: has no effect with JIRA_AUTH_TYPE=basic; unset it, or change the other",
      ]),
    Row(
      testDescription: "a user with the type token",
      values: with([
        "JIRA_AUTH_TYPE": "token", "JIRA_USERNAME": "robot", "JIRA_PASSWORD": "hunter2",
      ]),
      errors: [
        "JIRA_PERSONAL_TOKEN: is not set, but JIRA_AUTH_TYPE=token needs it; set it, or change JIRA_AUTH_TYPE",
        "JIRA_USERNAME: has no effect with JIRA_AUTH_TYPE=token; unset it, or change the other",
      ]),
    Row(
      testDescription: "a token with the type anonymous",
      values: with(["JIRA_AUTH_TYPE": "anonymous", "JIRA_PERSONAL_TOKEN": "tok"]),
      errors: [
        "JIRA_PERSONAL_TOKEN: has no effect with JIRA_AUTH_TYPE=anonymous; unset it, or change the other"
      ]),
    Row(
      testDescription: "a user with the type anonymous",
      values: with([
        "JIRA_AUTH_TYPE": "anonymous", "JIRA_USERNAME": "robot", "JIRA_PASSWORD": "hunter2",
      ]),
      errors: [
        "JIRA_USERNAME: has no effect with JIRA_AUTH_TYPE=anonymous; unset it, or change the other"
      ]),
    Row(
      testDescription: "Jenkins has no connections",
      values: ["JENKINS_URL": "https://ci.example", "JENKINS_AUTH_TYPE": "oauth"],
      errors: [
        "JENKINS_AUTH_TYPE: must be exactly token, basic or anonymous; for the default: unset JENKINS_AUTH_TYPE"
      ]),
    Row(
      testDescription: "Cloud takes no personal access token",
      values: ["JIRA_URL": "https://example.atlassian.net", "JIRA_PERSONAL_TOKEN": "tok"],
      errors: [
        "JIRA_PERSONAL_TOKEN: the cloud edition takes an e-mail address with an API token; set JIRA_USERNAME and JIRA_PASSWORD instead"
      ]),
    Row(
      testDescription: "a token with a space", values: with(["JIRA_PERSONAL_TOKEN": "to k"]),
      errors: [
        "JIRA_PERSONAL_TOKEN: must be visible ASCII of at most 8192 bytes; set it to the secret that the other service issued"
      ]),
    Row(
      testDescription: "a password with an accent",
      values: with(["JIRA_USERNAME": "robot", "JIRA_PASSWORD": "h\u{FC}nter2"]),
      errors: [
        "JIRA_PASSWORD: must be visible ASCII of at most 8192 bytes; set it to the secret that the other service issued"
      ]),
    Row(
      testDescription: "a user with a colon",
      values: with(["JIRA_USERNAME": "robot:a", "JIRA_PASSWORD": "hunter2"]),
      errors: [
        "JIRA_USERNAME: must be 1 to 256 bytes of ASCII without colons and control characters, such as robot@example.com; correct it, or unset JIRA_USERNAME"
      ]),
    Row(
      testDescription: "S19 a placeholder",
      values: with(["JIRA_PERSONAL_TOKEN": "replace-with-the-token"]),
      errors: [
        "JIRA_PERSONAL_TOKEN: is a placeholder that nobody filled in; set it to the secret that the other service issued"
      ]),
    Row(
      testDescription: "no TLS",
      values: ["JIRA_URL": "http://jira.example", "JIRA_AUTH_TYPE": "anonymous"],
      errors: ["JIRA_URL: \(onlyTLS)"]),
    Row(
      testDescription: "no TLS to another machine, with loopback",
      values: ["JIRA_URL": "http://jira.example", "JIRA_AUTH_TYPE": "anonymous"],
      allowsLoopback: true,
      errors: [
        "JIRA_URL: must begin with https://, except on this machine; set it to a URL such as https://jira.example"
      ]),
    Row(
      testDescription: "no TLS to this machine",
      values: ["JIRA_URL": "http://127.0.0.1:2990/jira", "JIRA_AUTH_TYPE": "anonymous"],
      errors: ["JIRA_URL: \(onlyTLS)"]),
    Row(
      testDescription: "no TLS to this machine, with loopback",
      values: ["JIRA_URL": "http://127.0.0.1:2990/jira", "JIRA_AUTH_TYPE": "anonymous"],
      allowsLoopback: true, errors: []),
    Row(
      testDescription: "a URL with a user",
      values: ["JIRA_URL": "https://robot:hunter2@jira.example", "JIRA_AUTH_TYPE": "anonymous"],
      errors: [
        "JIRA_URL: must be a URL without a user, spaces and a fragment; set it to a URL such as https://jira.example"
      ]),
    Row(
      testDescription: "a URL with a fragment",
      values: ["JIRA_URL": "https://jira.example/#a", "JIRA_AUTH_TYPE": "anonymous"],
      errors: [
        "JIRA_URL: must be a URL without a user, spaces and a fragment; set it to a URL such as https://jira.example"
      ]),
    Row(
      testDescription: "a URL with a query",
      values: ["JIRA_URL": "https://jira.example/a?b=c", "JIRA_AUTH_TYPE": "anonymous"],
      errors: ["JIRA_URL: has a query; set it to a URL such as https://jira.example"]),
    Row(
      testDescription: "a URL with a slash at its end",
      values: ["JIRA_URL": "https://jira.example/", "JIRA_AUTH_TYPE": "anonymous"],
      errors: [
        "JIRA_URL: has a slash at its end; set it to a URL such as https://jira.example"
      ]),
    Row(
      testDescription: "headers for no service", values: ["CALCULATOR_UPSTREAM_HEADERS": "true"],
      errors: [
        "CALCULATOR_UPSTREAM_HEADERS: is set, but no service is; set one of JIRA_URL, CONFLUENCE_URL, JENKINS_URL, or unset CALCULATOR_UPSTREAM_HEADERS"
      ]),
    Row(
      testDescription: "a file for no service", values: ["CALCULATOR_UPSTREAM_SHARED": "/dev/null"],
      errors: [
        "CALCULATOR_UPSTREAM_SHARED: '/dev/null' is not a regular file; name a JSON file such as {\"allow\": [{\"subject\": \"github:583231\", \"tool\": \"sum_story_points\"}]}",
        "CALCULATOR_UPSTREAM_SHARED: is set, but no service is; set one of JIRA_URL, CONFLUENCE_URL, JENKINS_URL, or unset CALCULATOR_UPSTREAM_SHARED",
      ]),
    Row(
      testDescription: "a scope that is too long",
      values: oauth.merging(["JIRA_OAUTH_SCOPE": String(repeating: "a", count: 1025)]) { $1 },
      errors: [
        "JIRA_OAUTH_SCOPE: must be scopes with spaces between them, such as read:jira-work offline_access; correct it, or unset JIRA_OAUTH_SCOPE"
      ]),
    Row(
      testDescription: "the longest scope",
      values: oauth.merging(["JIRA_OAUTH_SCOPE": String(repeating: "a", count: 1024)]) { $1 },
      errors: []),
    Row(
      testDescription: "a page of the service without TLS",
      values: oauth.merging(["JIRA_OAUTH_AUTHORIZE_URL": "http://login.example/a"]) { $1 },
      allowsLoopback: true,
      errors: [
        "JIRA_OAUTH_AUTHORIZE_URL: must begin with https://, except on this machine; set it to a URL such as https://login.example/jira"
      ]),
    Row(
      testDescription: "connections without a client",
      values: [
        "JIRA_URL": "https://jira.example", "JIRA_AUTH_TYPE": "oauth",
        "CALCULATOR_STATE": "/x", "CALCULATOR_STATE_KEY": "correct-horse-battery-staple-0123456789",
      ],
      errors: [
        "JIRA_OAUTH_CLIENT_ID: is not set; set it to 1 to 256 bytes without control characters, such as calculator",
        "JIRA_OAUTH_CLIENT_SECRET: is not set; set it to a secret",
      ]),
    Row(
      testDescription: "connections without a state",
      values: with(["JIRA_OAUTH_CLIENT_ID": "app", "JIRA_OAUTH_CLIENT_SECRET": "correct-horse"]),
      errors: [
        "CALCULATOR_STATE: is not set, but JIRA_OAUTH_CLIENT_ID is; set both, or unset JIRA_OAUTH_CLIENT_ID",
        "CALCULATOR_STATE_KEY: is not set, but JIRA_OAUTH_CLIENT_ID is; set both, or unset JIRA_OAUTH_CLIENT_ID",
      ]),
    Row(
      testDescription: "a client that no type uses",
      values: oauth.merging(["JIRA_AUTH_TYPE": "anonymous"]) { $1 },
      errors: [
        "JIRA_OAUTH_CLIENT_ID: has no effect with JIRA_AUTH_TYPE=anonymous; unset it, or change the other",
        "JIRA_OAUTH_CLIENT_SECRET: has no effect with JIRA_AUTH_TYPE=anonymous; unset it, or change the other",
      ]),
    Row(
      testDescription: "another redirect URI",
      values: oauth.merging([
        "JIRA_OAUTH_REDIRECT_URI": "https://mcp.example/jira/callback/"
      ]) { $1 },
      errors: [
        "JIRA_OAUTH_REDIRECT_URI: must be https://mcp.example/jira/callback; unset it, or set it to this"
      ]),
    Row(
      testDescription: "Cloud settings for Data Center",
      values: oauth.merging([
        "JIRA_OAUTH_API_URL": "https://api.example", "JIRA_OAUTH_SITE": "a",
      ]) { $1 },
      errors: [
        "JIRA_OAUTH_API_URL: has no effect with Data Center; unset it, or change the other",
        "JIRA_OAUTH_SITE: has no effect with Data Center; unset it, or change the other",
      ]),
    Row(
      testDescription: "a scope without refresh tokens",
      values: cloud.merging(["JIRA_OAUTH_SCOPE": "read:jira-work"]) { $1 },
      errors: [
        "JIRA_OAUTH_SCOPE: lacks offline_access, without which no connection lasts; add it, or unset JIRA_OAUTH_SCOPE"
      ]),
    Row(
      testDescription: "a scope with two spaces",
      values: cloud.merging(["JIRA_OAUTH_SCOPE": "read:jira-work  offline_access"]) { $1 },
      errors: [
        "JIRA_OAUTH_SCOPE: must be scopes with spaces between them, such as read:jira-work offline_access; correct it, or unset JIRA_OAUTH_SCOPE"
      ]),
    Row(
      testDescription: "a token endpoint without TLS",
      values: oauth.merging(["JIRA_OAUTH_TOKEN_URL": "http://login.example/token"]) { $1 },
      allowsLoopback: true,
      errors: [
        "JIRA_OAUTH_TOKEN_URL: must begin with https://, except on this machine; set it to a URL such as https://login.example/jira"
      ]),
    Row(
      testDescription: "an API URL with a slash at its end",
      values: cloud.merging(["JIRA_OAUTH_API_URL": "https://api.example/"]) { $1 },
      errors: [
        "JIRA_OAUTH_API_URL: has a slash at its end; set it to a URL such as https://api.atlassian.com"
      ]),
    Row(
      testDescription: "errors of all services at once",
      values: [
        "JIRA_URL": "https://jira.example/", "CONFLUENCE_URL": "https://wiki.example?a",
        "JENKINS_USERNAME": "robot", "CALCULATOR_UPSTREAM_HEADERS": "true",
      ],
      errors: [
        "JIRA_URL: has a slash at its end; set it to a URL such as https://jira.example",
        "CONFLUENCE_URL: has a query; set it to a URL such as https://confluence.example",
        "JENKINS_URL: is not set, but JENKINS_USERNAME is; set both, or unset JENKINS_USERNAME",
      ]),
  ])
  func contradictionsAreErrors(_ row: Row) {
    let outcome = Self.read(row.values, allowsLoopback: row.allowsLoopback)
    #expect(outcome.errors == row.errors)
    #expect((outcome.settings == nil) == !row.errors.isEmpty)
    // No error repeats a secret.
    #expect(!outcome.errors.contains { $0.contains("hunter2") || $0.contains("correct-horse") })
  }

  // MARK: Whose credential

  /// ATTACKS O146
  @Test func theOwnCredentialIsUsedForNoCallerWithoutAFile() throws {
    let outcome = Self.read(Self.with(["JIRA_PERSONAL_TOKEN": "tok"]))
    #expect(outcome.errors == [])
    #expect(
      outcome.warnings == [
        "CALCULATOR_UPSTREAM_SHARED is not set: no caller uses the server's own credential for Jira"
      ])
  }

  static func caller(_ subject: Subject, isClient: Bool = false) -> Identity {
    Identity(
      subject: subject, method: .oauth, permissions: [],
      provider: Identity.Provider(
        issuer: "https://idp.example", client: "app", isClient: isClient))
  }

  @Test func aRowOfTheFileAllowsACallerATool() async throws {
    let file = try TemporaryFile(
      #"{"allow":[{"subject":"github:583231","tool":"sum_story_points"}]}"#)
    let values = Self.with([
      "JIRA_PERSONAL_TOKEN": "tok", "CALCULATOR_UPSTREAM_SHARED": file.path,
    ])
    let outcome = Self.read(values)
    #expect(outcome.errors == [])
    #expect(!outcome.warnings.contains { $0.contains("no caller") })
    let shared = try #require(outcome.settings).shared
    for (identity, tool, isAllowed) in [
      (Self.caller("github:583231"), "sum_story_points", true),
      (Self.caller("github:583231"), "count_builds", false),
      (Self.caller("github:583232"), "sum_story_points", false),
      (Self.caller("github:583231", isClient: true), "sum_story_points", false),
      (.guest(.admin), "sum_story_points", false),
    ] {
      #expect(await shared.isAllowed(identity, tool: tool, client: .local) == isAllowed)
    }
  }

  @Test func aFileOfAnotherFormIsAnError() throws {
    let file = try TemporaryFile(
      "{\"allow\":[\n{\"subject\":\"*\",\"tool\":\"hunter2\"}]}")
    let outcome = Self.read(
      Self.with(["JIRA_PERSONAL_TOKEN": "tok", "CALCULATOR_UPSTREAM_SHARED": file.path]))
    #expect(outcome.settings == nil)
    #expect(outcome.errors.count == 1)
    #expect(
      outcome.errors.first?.hasBytes(
        atStart: "CALCULATOR_UPSTREAM_SHARED: '\(file.path)': line 2: a row must have") == true)
    #expect(outcome.errors.first?.contains("hunter2") == false)
  }

  @Test func aFileWithoutAnOwnCredentialIsAWarning() throws {
    let file = try TemporaryFile(#"{"allow":[]}"#)
    let outcome = Self.read(
      Self.with(["JIRA_AUTH_TYPE": "anonymous", "CALCULATOR_UPSTREAM_SHARED": file.path]))
    #expect(outcome.errors == [])
    #expect(
      outcome.warnings.contains(
        "CALCULATOR_UPSTREAM_SHARED has no effect: this server has no credential of its own"))
  }

  // MARK: SIGHUP

  struct Reload: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let old: [String: String]
    let new: [String: String]
    let kept: [String]
    let own: String
  }

  static let token = with(["JIRA_PERSONAL_TOKEN": "old"])

  @Test(arguments: [
    Reload(
      testDescription: "a new token applies", old: token,
      new: with(["JIRA_PERSONAL_TOKEN": "new"]), kept: [], own: "bearer new"),
    Reload(
      testDescription: "a token is replaced by a user", old: token,
      new: with(["JIRA_USERNAME": "robot", "JIRA_PASSWORD": "new"]), kept: [],
      own: "basic robot new"),
    Reload(
      testDescription: "a removed token is revoked",
      old: token.merging(["CALCULATOR_UPSTREAM_HEADERS": "true"]) { $1 },
      new: with(["CALCULATOR_UPSTREAM_HEADERS": "true"]), kept: [], own: "none"),
    Reload(
      testDescription: "the only credential is revoked", old: token, new: jira, kept: [],
      own: "none"),
    Reload(
      testDescription: "the address stays: the token would go elsewhere", old: token,
      new: ["JIRA_URL": "https://evil.example", "JIRA_PERSONAL_TOKEN": "old"],
      kept: ["JIRA_URL"], own: "bearer old"),
    Reload(
      testDescription: "the type and the edition stay", old: token,
      new: token.merging(["JIRA_AUTH_TYPE": "anonymous", "JIRA_EDITION": "cloud"]) { $1 },
      kept: ["JIRA_AUTH_TYPE", "JIRA_EDITION"], own: "bearer old"),
    Reload(
      testDescription: "headers stay off", old: token,
      new: token.merging(["CALCULATOR_UPSTREAM_HEADERS": "true"]) { $1 },
      kept: ["CALCULATOR_UPSTREAM_HEADERS"], own: "bearer old"),
    Reload(
      testDescription: "the field stays", old: token,
      new: token.merging(["JIRA_STORY_POINTS_FIELD": "customfield_7"]) { $1 },
      kept: ["JIRA_STORY_POINTS_FIELD"], own: "bearer old"),
    Reload(
      testDescription: "connections stay", old: oauth,
      new: oauth.merging([
        "JIRA_OAUTH_CLIENT_ID": "other", "JIRA_OAUTH_CLIENT_SECRET": "other",
        "JIRA_OAUTH_TOKEN_URL": "https://evil.example",
      ]) { $1 },
      kept: ["JIRA_OAUTH_CLIENT_ID", "JIRA_OAUTH_CLIENT_SECRET", "JIRA_OAUTH_TOKEN_URL"],
      own: "none"),
  ])
  func aReloadChangesWhatItMay(_ row: Reload) throws {
    var reader = EnvironmentReader(.oauth, environment: Environment(row.old), file: nil)
    let old = try #require(
      UpstreamSettings.read(from: &reader, baseURL: Self.base, allowsLoopback: false))
    var next = EnvironmentReader(
      .oauth, environment: Environment(row.new), file: nil, after: reader.snapshot)
    let new = UpstreamSettings.read(from: &next, baseURL: Self.base, allowsLoopback: false)
    #expect(next.errors.map(\.description) == [])
    let service = try #require(new?.services.first)
    #expect(next.kept == row.kept)
    #expect(service.root == old.services.first?.root)
    #expect(service.edition == old.services.first?.edition)
    #expect(service.oauth?.clientID == old.services.first?.oauth?.clientID)
    #expect(service.oauth?.tokenURL == old.services.first?.oauth?.tokenURL)
    #expect(new?.takesHeaders == old.takesHeaders)
    #expect(new?.storyPointsField == old.storyPointsField)
    #expect(Self.text(service.rules.own) == row.own)
  }

  /// The file is read again at the same path, and its removal ends what it allowed.
  @Test func aReloadReadsTheFileAgain() async throws {
    let file = try TemporaryFile(#"{"allow":[{"subject":"anna","tool":"*"}]}"#)
    let values = Self.token.merging(["CALCULATOR_UPSTREAM_SHARED": file.path]) { $1 }
    var reader = EnvironmentReader(.oauth, environment: Environment(values), file: nil)
    func isAllowed(_ settings: UpstreamSettings?) async throws -> Bool {
      try await #require(settings).shared.isAllowed(
        Self.caller("anna"), tool: "sum_story_points", client: .local)
    }
    let first = UpstreamSettings.read(from: &reader, baseURL: Self.base, allowsLoopback: false)
    #expect(try await isAllowed(first))
    try file.write(#"{"allow":[]}"#)
    var second = EnvironmentReader(
      .oauth, environment: Environment(values), file: nil, after: reader.snapshot)
    let empty = UpstreamSettings.read(from: &second, baseURL: Self.base, allowsLoopback: false)
    #expect(try await !isAllowed(empty))
    try file.write(#"{"allow":[{"subject":"anna","tool":"*"}]}"#)
    var third = EnvironmentReader(
      .oauth, environment: Environment(Self.token), file: nil, after: reader.snapshot)
    let removed = UpstreamSettings.read(from: &third, baseURL: Self.base, allowsLoopback: false)
    #expect(try await !isAllowed(removed))
  }

  /// The names of the settings are those of the services.
  @Test func eachServiceHasItsSettings() {
    #expect(Settings.upstreamServices.map(\.id) == UpstreamService.allCases.map(\.rawValue))
    for names in Settings.upstreamServices {
      #expect((names.oauth == nil) == (names.id == "jenkins"))
      #expect((names.edition == nil) == (names.id == "jenkins"))
    }
  }
}
