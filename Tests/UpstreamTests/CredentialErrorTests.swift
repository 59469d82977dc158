import Auth
import State
import Support
import Testing

@testable import Upstream

/// The sentences for a model, and the forms of credentials.
struct CredentialErrorTests {
  static let errors: [CredentialError] =
    [.headersOff, .severalValues, .empty, .tooLong, .malformed(.basic), .malformed(.bearer), .none]
    + connectionErrors.map { .connection($0) }
  static let connectionErrors: [ConnectionError] = [
    .notConnected, .ended, .unavailable, .refused, .invalidResponse, .damaged, .otherOrigin,
    .overloaded, .state(.full),
  ]

  static func rules(
    _ service: UpstreamService = .jira, takesHeaders: Bool = true, _ type: UpstreamAuthType? = nil
  ) -> CredentialRules {
    CredentialRules(
      service: service, form: .basic, takesHeaders: takesHeaders, authType: type,
      own: .basic(user: "robot", password: Secret("hunter2")))
  }

  /// Each sentence names the service, and what the caller can do with the settings of this server.
  @Test(arguments: UpstreamService.allCases, [true, false])
  func everySentenceNamesAWayOut(_ service: UpstreamService, _ takesHeaders: Bool) {
    for type in [UpstreamAuthType?.none, .token, .basic, .anonymous, .oauth] {
      let rules = Self.rules(service, takesHeaders: takesHeaders, type)
      for error in Self.errors {
        let sentence = error.sentence(for: rules)
        #expect(sentence.contains(service.title), "\(error)")
        #expect(!sentence.contains("hunter2") && !sentence.contains("robot"), "\(error)")
        let isAboutNone = error == .none || error == .connection(.notConnected)
        if isAboutNone {
          #expect(sentence.contains(service.tokenField) == takesHeaders)
          #expect(sentence.contains("init_oauth_flow") == (type == .oauth))
          #expect(sentence.contains("Do not try again") == (!takesHeaders && type != .oauth))
        }
      }
    }
  }

  @Test(
    arguments: [
      (
        CredentialError.headersOff,
        "This server takes no header X-Jira-Token. Remove it from the settings of the MCP client. Call init_oauth_flow to connect to Jira."
      ),
      (.severalValues, "Send the header X-Jira-Token once: the request has it several times."),
      (.empty, "The header X-Jira-Token is empty. Give it a value, or remove it."),
      (.tooLong, "The header X-Jira-Token has more than 8192 bytes. Correct it."),
      (
        .malformed(.basic),
        "The header X-Jira-Token must be user:token, in ASCII characters. Correct it."
      ),
      (
        .malformed(.bearer),
        "The header X-Jira-Token must be an access token of visible ASCII characters. Correct it."
      ),
      (
        .none,
        "There is no credential for Jira. Call init_oauth_flow to connect to Jira. Or send one in the header X-Jira-Token."
      ),
      (
        .connection(.ended),
        "The connection to Jira has ended. Call init_oauth_flow to connect again."
      ),
      (
        .connection(.damaged),
        "The stored connection to Jira cannot be used. Call init_oauth_flow to connect again."
      ),
      (
        .connection(.unavailable), "The connection to Jira cannot be used now. Try again later."
      ),
      (
        .connection(.refused),
        "Jira refuses this server. Its operator must correct the settings. Do not try again."
      ),
    ] as [(CredentialError, String)])
  func saysWhatToDo(_ error: CredentialError, _ sentence: String) {
    #expect(error.sentence(for: Self.rules(.jira, .oauth)) == sentence)
  }

  /// Without connections a model must not call the tool that makes them.
  @Test func aHeaderThatIsOffNamesNoFlowThatIsNotThere() {
    #expect(
      CredentialError.headersOff.sentence(for: Self.rules(.jira, .token))
        == "This server takes no header X-Jira-Token. Remove it from the settings of the MCP client."
    )
  }

  struct Text: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let basic: String
    let bearer: String
  }

  @Test(arguments: [
    Text(testDescription: "a pair", text: "a:b", basic: "a|b", bearer: "a:b"),
    Text(
      testDescription: "RFC 7617 §2 the first colon ends the user", text: "a:b:c", basic: "a|b:c",
      bearer: "a:b:c"),
    Text(testDescription: "no colon", text: "ab", basic: "malformed(basic)", bearer: "ab"),
    Text(testDescription: "no user", text: ":b", basic: "malformed(basic)", bearer: ":b"),
    Text(testDescription: "no token", text: "a:", basic: "malformed(basic)", bearer: "a:"),
    Text(
      testDescription: "a space", text: "a: b", basic: "a| b", bearer: "malformed(bearer)"),
    Text(
      testDescription: "a tab", text: "a:\tb", basic: "malformed(basic)",
      bearer: "malformed(bearer)"),
    Text(
      testDescription: "CWE-93 a line break", text: "a:b\r\nc", basic: "malformed(basic)",
      bearer: "malformed(bearer)"),
    Text(
      testDescription: "NUL", text: "a:b\0", basic: "malformed(basic)", bearer: "malformed(bearer)"),
    Text(
      testDescription: "DEL", text: "a:b\u{7F}", basic: "malformed(basic)",
      bearer: "malformed(bearer)"),
    Text(
      testDescription: "a letter with an accent", text: "a:\u{E9}", basic: "malformed(basic)",
      bearer: "malformed(bearer)"),
    Text(
      testDescription: "a combining mark after the colon", text: "a:\u{301}b",
      basic: "malformed(basic)", bearer: "malformed(bearer)"),
    Text(testDescription: "nothing", text: "", basic: "empty", bearer: "empty"),
    Text(
      testDescription: "the longest", text: "a:" + String(repeating: "b", count: 8190),
      basic: "a|" + String(repeating: "b", count: 8190),
      bearer: "a:" + String(repeating: "b", count: 8190)),
    Text(
      testDescription: "a byte more than the longest",
      text: "a:" + String(repeating: "b", count: 8191), basic: "tooLong", bearer: "tooLong"),
  ])
  func aFormDecidesAboutAText(_ row: Text) {
    func outcome(_ form: CredentialForm) -> String {
      do throws(CredentialError) {
        return switch try form.credential(Secret(row.text)) {
        case .bearer(let token): token.exposed
        case .basic(let user, let password): "\(user)|\(password.exposed)"
        case .anonymous: "anonymous"
        }
      } catch {
        if case .malformed(let form) = error { return "malformed(\(form))" }
        return "\(error)"
      }
    }
    #expect(outcome(.basic) == row.basic)
    #expect(outcome(.bearer) == row.bearer)
  }

  /// Only the label suffix is a site of Atlassian.
  @Test(
    arguments: [
      ("example.atlassian.net", .cloud), ("a.b.atlassian.net", .cloud),
      ("atlassian.net", .dataCenter), (".atlassian.net", .dataCenter),
      ("evilatlassian.net", .dataCenter), ("example.atlassian.net.evil.example", .dataCenter),
      ("example-atlassian.net", .dataCenter), ("example.atlassian.net.", .dataCenter),
      ("jira.example", .dataCenter), ("", .dataCenter),
    ] as [(String, AtlassianEdition)])
  func aHostHasAnEdition(_ host: String, _ edition: AtlassianEdition) {
    #expect(AtlassianEdition(ofHost: host) == edition)
  }

  @Test func anEditionHasAForm() {
    #expect(CredentialForm(of: .cloud) == .basic)
    #expect(CredentialForm(of: .dataCenter) == .bearer)
    #expect(CredentialForm(of: nil) == .basic)
  }
}
