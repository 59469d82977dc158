import HTTPClient
import Support
import TestSupport
import Testing

@testable import Upstream

struct AtlassianSitesTests {
  private static func sites(
    _ answer: FakeTokenEndpoint.Answer, _ service: FakeTokenEndpoint = FakeTokenEndpoint()
  ) async -> Result<[AtlassianSite], UpstreamOAuthError> {
    service.behave(.answer(answer))
    do throws(UpstreamOAuthError) {
      return .success(
        try await AtlassianSites(http: service).sites(
          of: Secret("the-token"), for: ConnectionFixture.client))
    } catch {
      return .failure(error)
    }
  }

  private static func site(_ id: String, _ name: String) -> AtlassianSite {
    AtlassianSite(id: id, url: "https://\(name).atlassian.net", name: name)
  }

  static func json(_ site: AtlassianSite, scopes: String = "[]") -> String {
    #"{"id":"\#(site.id)","url":"\#(site.url)","name":"\#(site.name)","scopes":\#(scopes)}"#
  }

  /// A site stands there once for Jira and once for Confluence.
  @Test func readsEachSiteOnce() async {
    let service = FakeTokenEndpoint()
    let (acme, other) = (Self.site("1-a", "acme"), Self.site("2-B", "other"))
    let list = [
      Self.json(acme, scopes: #"["read:jira-work"]"#), Self.json(other),
      Self.json(acme, scopes: #"["read:confluence-content.all"]"#),
    ]
    #expect(
      await Self.sites(FakeTokenEndpoint.json("[\(list.joined(separator: ","))]"), service)
        == .success([acme, other]))
    #expect(
      service.takeRequests() == [
        "GET https://api.atlassian.com/oauth/token/accessible-resources\n"
          + "Authorization: Bearer the-token\nAccept: application/json"
      ])
    #expect(service.clients == [ConnectionFixture.client])
  }

  static let unusable: [(String, String)] = [
    ("an id with a slash", json(AtlassianSite(id: "../x", url: "https://a.example", name: "a"))),
    ("an empty id", json(AtlassianSite(id: "", url: "https://a.example", name: "a"))),
    (
      "a long id",
      json(
        AtlassianSite(
          id: String(repeating: "a", count: 65), url: "https://a.example", name: "a"))
    ),
    ("no URL", json(AtlassianSite(id: "1", url: "acme", name: "a"))),
    (
      "a name with a line break",
      json(AtlassianSite(id: "1", url: "https://a.example", name: #"a\nb"#))
    ),
    (
      "a long name",
      json(
        AtlassianSite(
          id: "1", url: "https://a.example", name: String(repeating: "a", count: 257)))
    ),
    ("no object", "1"), ("no id", #"{"url":"https://a.example","name":"a"}"#),
  ]

  /// CWE-22, ASVS 16.4.1
  @Test(arguments: unusable)
  func aSiteThatCannotBeUsedIsLeftOut(_ row: (name: String, json: String)) async {
    let acme = Self.site("1-a", "acme")
    let text = "[\(row.json),\(Self.json(acme))]"
    #expect(
      await Self.sites(FakeTokenEndpoint.json(text)) == .success([acme]), "\(row.name)")
  }

  static let failures = [
    UpstreamOAuthTests.Row("status 401", FakeTokenEndpoint.json("[]", status: 401), .refused),
    .init("status 403", FakeTokenEndpoint.json("[]", status: 403), .refused),
    .init("status 429", FakeTokenEndpoint.json("[]", status: 429), .unavailable),
    .init("status 500", FakeTokenEndpoint.json("[]", status: 500), .unavailable),
    .init("status 302", FakeTokenEndpoint.json("[]", status: 302), .invalidResponse),
    .init("an object", FakeTokenEndpoint.json("{}"), .invalidResponse),
    .init("a page", FakeTokenEndpoint.json("<html>"), .invalidResponse),
    .init(
      "larger than 64 KiB", FakeTokenEndpoint.json(String(repeating: " ", count: 65_536) + "[]"),
      .invalidResponse),
    .init("no response", .failure(.timeout), .unavailable),
  ]

  @Test(arguments: failures)
  func givesNoSites(_ row: UpstreamOAuthTests.Row) async {
    #expect(await Self.sites(row.answer) == .failure(row.error))
  }

  struct Choice: CustomTestStringConvertible, Sendable {
    let name: String
    let wish: String?
    var sites = [site("1", "acme"), site("2", "other")]
    let result: Result<String, SiteError>
    var testDescription: String { name }
  }

  static let unknown = Result<String, SiteError>.failure(.unknown(names: ["acme", "other"]))
  static let choices = [
    Choice(name: "a URL", wish: "https://other.atlassian.net", result: .success("2")),
    Choice(name: "a name", wish: "acme", result: .success("1")),
    Choice(name: "the only one", wish: nil, sites: [site("1", "acme")], result: .success("1")),
    Choice(
      name: "no wish", wish: nil, result: .failure(.several(names: ["acme", "other"]))),
    Choice(name: "no site", wish: nil, sites: [], result: .failure(.none)),
    Choice(name: "no site of a wish", wish: "acme", sites: [], result: .failure(.none)),
    Choice(name: "a prefix of the name", wish: "acm", result: unknown),
    Choice(name: "a prefix of the URL", wish: "https://acme", result: unknown),
    Choice(
      name: "a URL that only begins so", wish: "https://acme.atlassian.net.evil.example",
      result: unknown),
    Choice(
      name: "a site whose URL only begins so", wish: "https://acme.atlassian.net",
      sites: [
        AtlassianSite(
          id: "9", url: "https://acme.atlassian.net.evil.example", name: "acme.evil")
      ], result: .failure(.unknown(names: ["acme.evil"]))),
    Choice(name: "a slash at the end", wish: "https://acme.atlassian.net/", result: unknown),
    Choice(name: "another case", wish: "ACME", result: unknown),
    Choice(name: "nothing", wish: "", result: unknown),
    Choice(
      name: "two letters instead of one", wish: "e\u{301}", sites: [site("1", "\u{e9}")],
      result: .failure(.unknown(names: ["\u{e9}"]))),
    Choice(
      name: "two sites of one name", wish: "acme",
      sites: [site("1", "acme"), AtlassianSite(id: "2", url: "https://b.example", name: "acme")],
      result: .failure(.several(names: ["acme", "acme"]))),
    Choice(
      name: "more names than an error has", wish: "x",
      sites: (0..<21).map { site("\($0)", "\($0)") },
      result: .failure(.unknown(names: (0..<20).map { "\($0)" }))),
  ]

  /// RFC 8259 §8.3: as bytes.
  /// ATTACKS O148
  @Test(arguments: choices)
  func chooses(_ row: Choice) {
    let result = Result { () throws(SiteError) in
      try AtlassianSites.choose(row.wish, of: row.sites).id
    }
    #expect(result == row.result)
  }
}
