import Crypto
import Foundation
import OAuth
import Support
import Testing

@testable import AuthorizationServer

/// The pages of the authorization server.
struct PagesTests {
  /// Texts that come from outside.
  struct Texts: Sendable {
    var name = "Example"
    var uri = "https://client.example/callback"
    var isLocalOnly = false
    var user: String? = "alice"
    var provider: String? = nil
    var meanings: [String] = []
    var scope = "calculate:basic"
    var meaning = "add, subtract, multiply and divide"
    var request = "client_id=a&state=b"
    var csrf = "c"
    var problem: String? = nil
    var title = "The request is not valid"
    var sentence = "The redirect_uri is missing."
    var advice: String? = nil
    var error: String? = nil
  }

  enum Page: String, CaseIterable, Sendable {
    case signIn
    case consent
    case problem

    func response(_ texts: Texts = Texts()) throws -> EndpointResponse {
      let client = PageClient(
        name: texts.name, redirectURI: try #require(RedirectURI(registering: texts.uri)),
        isLocalOnly: texts.isLocalOnly)
      let form = PageForm(request: texts.request, csrf: texts.csrf)
      switch self {
      case .signIn:
        return SignInPage.response(
          client: client, form: form, problem: texts.problem, userName: texts.user ?? "")
      case .consent:
        return ConsentPage.response(
          client: client, user: texts.user,
          provider: texts.provider.map { ($0, texts.meanings) },
          scopes: [(texts.scope, texts.meaning)], form: form)
      case .problem:
        return ProblemPage.response(
          status: 400, title: texts.title, sentence: texts.sentence, advice: texts.advice,
          error: texts.error)
      }
    }

    func text(_ texts: Texts = Texts()) throws -> String { try response(texts).page }
  }

  // MARK: Fields

  static let fields: [(Page, String)] = [
    (.signIn, "; form-action 'self'"), (.consent, ""), (.problem, "; form-action 'none'"),
  ]

  /// RFC 9700 §4.16: no other site shows the page in a frame. CSP Level 3: nothing is loaded, and no
  /// script runs. The form of the consent redirects to another site, so it has no `form-action`.
  @Test(arguments: fields)
  func hasExactlyTheseFields(_ row: (page: Page, formAction: String)) throws {
    let response = try row.page.response()
    let style = try #require(response.page.firstMatch(of: /(?s)<style>(.*?)<\/style>/)).1
    let digest = Base64.standard.text(of: SHA256Digest(of: style.utf8).bytes)
    let expected = [
      ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
      (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'sha256-\(digest)'; img-src data:; base-uri 'none'; "
          + "frame-ancestors 'none'\(row.formAction)"
      ),
      ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    #expect(response.fields.map { "\($0.name): \($0.value)" } == expected.map { "\($0): \($1)" })
  }

  @Test(arguments: Page.allCases)
  func loadsNothingAndRunsNothing(_ page: Page) throws {
    let text = try page.text()
    #expect(text.hasBytes(atStart: "<!doctype html>\n<html lang=\"en\">"))
    #expect(text.contains(#"<link rel="icon" href="data:image/svg+xml,"#))
    for part in ["<script", " src=", " style=", " on", "url(", "@import"] {
      #expect(!text.replacing(/(?s)>[^<]*</, with: "><").contains(part), "\(part)")
    }
  }

  static let contrasts: [(String, String, Double)] = [
    ("text", "page", 4.5), ("quiet", "page", 4.5), ("text", "warning", 4.5),
    ("text", "problem", 4.5), ("onmain", "main", 4.5), ("edge", "page", 3), ("main", "page", 3),
    ("warningedge", "warning", 3), ("problemedge", "problem", 3),
  ]

  /// WCAG 2.2 §1.4.3 and §1.4.11, in the light colors and in the dark ones.
  @Test(arguments: contrasts)
  func isReadable(_ row: (front: String, back: String, minimum: Double)) {
    let (fronts, backs) = (Self.luminances(row.front), Self.luminances(row.back))
    #expect(fronts.count == 2 && backs.count == 2)
    for (front, back) in zip(fronts, backs) {
      #expect((max(front, back) + 0.05) / (min(front, back) + 0.05) >= row.minimum)
    }
  }

  /// The relative luminance of a color of the style, in each scheme (WCAG 2.2, 0 to 1).
  private static func luminances(_ name: String) -> [Double] {
    PageLayout.style.text.matches(of: /--([a-z]+): #([0-9a-f]+)/).filter { $0.1 == name }.map {
      let digits = $0.2.utf8.count == 3 ? $0.2.flatMap { [$0, $0] } : Array($0.2)
      let value = Int(String(digits), radix: 16) ?? 0
      return zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0) { sum, part in
        let channel = Double(value >> part.0 & 0xFF) / 255
        let linear = channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
        return sum + part.1 * linear
      }
    }
  }

  // MARK: Texts from outside

  static let hostile: [(text: String, escaped: String)] = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    (
      #"x" onfocus="alert(1)" autofocus=""#, "x&quot; onfocus=&quot;alert(1)&quot; autofocus=&quot;"
    ),
    ("x' onfocus='alert(1)'", "x&#39; onfocus=&#39;alert(1)&#39;"),
    ("a&lt;b&copy;c", "a&amp;lt;b&amp;copy;c"),
    ("</title></style><!--", "&lt;/title&gt;&lt;/style&gt;&lt;!--"),
    // A combining mark joins with a bracket into one Character (ATTACKS H34).
    ("<\u{301}b>\u{FE0F}", "&lt;\u{301}b&gt;\u{FE0F}"),
  ]

  /// Puts a text in its place.
  typealias Place = @Sendable (_ texts: inout Texts, _ text: String) -> Void

  static let places: [(String, Page, Place, Int)] = [
    ("the client's name", .signIn, { $0.name = $1 }, 1),
    ("the client's name", .consent, { $0.name = $1 }, 1),
    ("the request", .signIn, { $0.request = $1 }, 1),
    ("the request", .consent, { $0.request = $1 }, 1),
    ("the anti-forgery value", .signIn, { $0.csrf = $1 }, 1),
    ("the anti-forgery value", .consent, { $0.csrf = $1 }, 1),
    ("the user name", .signIn, { $0.user = $1 }, 1),
    ("the user name", .consent, { $0.user = $1 }, 1),
    ("the problem of the sign-in", .signIn, { $0.problem = $1 }, 1),
    ("the name of the provider", .consent, { $0.provider = $1 }, 1),
    ("the name of the scope", .consent, { $0.scope = $1 }, 1),
    ("the meaning of the scope", .consent, { $0.meaning = $1 }, 1),
    ("the title", .problem, { $0.title = $1 }, 2),
    ("the sentence", .problem, { $0.sentence = $1 }, 1),
    ("the advice", .problem, { $0.advice = $1 }, 1), ("the error", .problem, { $0.error = $1 }, 1),
  ]

  /// OWASP Cross Site Scripting Prevention, rules for HTML and for attributes.
  @Test(arguments: places, hostile)
  func escapes(
    _ place: (name: String, page: Page, put: Place, times: Int),
    _ hostile: (text: String, escaped: String)
  ) throws {
    var texts = Texts()
    place.put(&texts, hostile.text)
    let page = Array(try place.page.text(texts).utf8)
    #expect(page.count(of: hostile.text) == 0)
    #expect(page.count(of: hostile.escaped) == place.times)
  }

  /// With meanings, the name of the provider stands in another sentence.
  @Test(arguments: hostile)
  func escapesWhatTheProviderIsAskedFor(_ hostile: (text: String, escaped: String)) throws {
    var texts = Texts()
    (texts.provider, texts.meanings) = (hostile.text, [hostile.text])
    let page = Array(try Page.consent.text(texts).utf8)
    #expect(page.count(of: hostile.text) == 0)
    #expect(page.count(of: hostile.escaped) == 2)
  }

  /// A redirect URI may have an apostrophe and ampersands.
  @Test(arguments: [Page.signIn, .consent])
  func escapesTheRedirectURI(_ page: Page) throws {
    let text = try page.text(Texts(uri: "https://client.example/'a?b&lt=c"))
    #expect(text.contains("<code><bdi>https://client.example/&#39;a?b&amp;lt=c</bdi></code>"))
    #expect(text.contains(#"<p class="host"><bdi>client.example</bdi></p>"#))
  }

  /// Unicode UAX 9: a name from right to left does not move the words around it.
  @Test func isolatesTheDirectionOfATextFromOutside() throws {
    let texts = Texts(name: "שם", user: "אבג", provider: "דהו")
    #expect(try Page.signIn.text(texts).contains("<bdi>שם</bdi>"))
    let consent = try Page.consent.text(texts)
    for name in ["שם", "אבג", "דהו"] { #expect(consent.contains("<bdi>\(name)</bdi>")) }
  }

  // MARK: Forms

  @Test func theSignInPagePostsThePassword() throws {
    let text = try Page.signIn.text()
    #expect(text.contains(#"<form method="post" action="/authorize">"#))
    #expect(
      Self.controls(text) == [
        "input hidden request=client_id=a&amp;state=b", "input hidden csrf=c",
        "input text username=alice", "input password password=", "button submit =",
      ])
    #expect(text.contains(#"autocomplete="username""#))
    #expect(text.contains(#"autocomplete="current-password""#))
    for name in ["username", "password"] {
      #expect(text.contains("<label for=\"\(name)\">") && text.contains("id=\"\(name)\""))
    }
  }

  @Test(arguments: [(nil, 200), ("The user name or the password is wrong.", 403)])
  func theSignInPageSaysWhatIsWrong(_ row: (problem: String?, status: Int)) throws {
    let response = try Page.signIn.response(Texts(problem: row.problem))
    #expect(response.status == row.status)
    #expect(response.page.contains(#"role="alert""#) == (row.problem != nil))
    if let problem = row.problem { #expect(response.page.contains(">\(problem)</p>")) }
  }

  @Test func theConsentPagePostsTheDecision() throws {
    let response = try Page.consent.response()
    #expect(response.status == 200)
    #expect(response.page.contains(#"<form method="post" action="/consent">"#))
    #expect(
      Self.controls(response.page) == [
        "input hidden request=client_id=a&amp;state=b", "input hidden csrf=c",
        "button submit decision=allow", "button submit decision=deny",
      ])
  }

  @Test func theProblemPageHasNoForm() throws {
    let response = ProblemPage.response(
      status: 503, title: "Try again later", sentence: "The server has too much to do.",
      advice: "Go back to the program.", error: "temporarily_unavailable")
    #expect(response.status == 503)
    #expect(!response.page.contains("<form"))
    for part in [
      "<title>Try again later</title>", "<h1>Try again later</h1>",
      ">The server has too much to do.</p>", "<p>Go back to the program.</p>",
      "Error: <code>temporarily_unavailable</code>",
    ] { #expect(response.page.contains(part)) }
    #expect(!(try Page.problem.text()).contains("Error:"))
  }

  /// Of each control its kind, its name and its value.
  private static func controls(_ text: String) -> [String] {
    text.matches(of: /<(input|button)([^>]*)>/).map { match in
      func attribute(_ name: String) -> Substring? {
        match.2.matches(of: /([a-z]+)="([^"]*)"/).first { $0.1 == name }?.2
      }
      let type = attribute("type") ?? (match.1 == "input" ? "text" : "submit")
      return "\(match.1) \(type) \(attribute("name") ?? "")=\(attribute("value") ?? "")"
    }
  }

  // MARK: What a person decides on

  static let clients: [(String, String, Bool, Bool)] = [
    ("a client on a server", "https://client.example/callback", false, false),
    ("a client on this computer", "http://127.0.0.1:1234/callback", true, true),
    ("a client on both, here on this computer", "http://localhost/callback", false, true),
    ("a client with https on this computer", "https://[::1]/callback", true, true),
    ("a client whose other URIs are on this computer", "https://a.example/", true, true),
  ]

  /// RFC 8252 §8.6
  @Test(arguments: clients)
  func warnsOfAProgramOnThisComputer(
    _ row: (name: String, uri: String, isLocalOnly: Bool, warns: Bool)
  ) throws {
    let text = try Page.consent.text(Texts(uri: row.uri, isLocalOnly: row.isLocalOnly))
    #expect(text.contains("Any program on this computer could have asked.") == row.warns)
    #expect(text.contains("Allow it only if you have just started it.") == row.warns)
  }

  static let signIns: [(String, String?, String?, [String], String, Bool)] = [
    ("a user of this server", "alice", nil, [], "signed in as <strong><bdi>alice</bdi>", true),
    (
      "a provider", nil, "GitHub", ["read your e-mail addresses"],
      "You will sign in with <bdi>GitHub</bdi>, which will be asked to:", true
    ),
    ("each scope", nil, "GitHub", ["read your name"], "<li>read your name</li>", true),
    ("no scope", nil, "GitHub", [], "You will sign in with <bdi>GitHub</bdi>.", true),
    ("no user", nil, nil, [], "signed in", false),
    ("no provider", "alice", nil, [], "sign in with", false),
  ]

  @Test(arguments: signIns)
  func theConsentPageSaysWhoSignsIn(
    _ row: (
      name: String, user: String?, provider: String?, meanings: [String], text: String, has: Bool
    )
  ) throws {
    let texts = Texts(user: row.user, provider: row.provider, meanings: row.meanings)
    #expect(try Page.consent.text(texts).contains(row.text) == row.has)
  }

  static let scopes: [(String, String)] = [
    ("calculate:basic", "add, subtract, multiply and divide"),
    ("calculate:advanced", "powers, remainders and square roots"),
    ("tokens:manage", "revoke the tokens of other users"),
  ]

  @Test(arguments: scopes)
  func theConsentPageSaysWhatAScopeMeans(_ row: (name: String, meaning: String)) throws {
    let meaning = ConsentPage.meaning(of: row.name)
    #expect(meaning == row.meaning)
    let text = try Page.consent.text(Texts(scope: row.name, meaning: meaning))
    #expect(text.contains("<li>\(row.meaning) <code>\(row.name)</code></li>"))
  }
}

extension EndpointResponse {
  fileprivate var page: String { String(decoding: body, as: UTF8.self) }
}

extension [UInt8] {
  fileprivate func count(of text: String) -> Int { ranges(of: Array(text.utf8)).count }
}
