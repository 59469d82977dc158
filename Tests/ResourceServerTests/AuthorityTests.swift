import Auth
import HTTPClient
import Support
import TestSupport
import Testing

@testable import ResourceServer

/// The authorities: what they are asked, and that only a clear yes allows a call.
struct AuthorityTests {
  static let url = "https://authority.example/access/v1/evaluation"
  static let token = "the-token-of-the-server"

  static func identity(
    _ subject: Subject = "anshika", client: Subject? = "agent", isClient: Bool = false
  ) -> Identity {
    Identity(
      subject: subject, method: .oauth, permissions: [.calculateBasic],
      provider: Identity.Provider(issuer: TestIssuer.url, client: client, isClient: isClient))
  }

  static func question(
    _ identity: Identity = identity(), tool: String = "add", object: String? = nil
  ) -> AuthorityQuestion {
    AuthorityQuestion(
      identity: identity, tool: tool, object: object, client: Client(address: 7, network: 7))
  }

  // MARK: AuthZEN

  /// AuthZEN 1.0 §5, §6.1, byte for byte.
  @Test func asksWhoDoesWhatToWhat() async {
    let provider = FakeProvider([Self.url: .json(#"{"decision":true}"#)])
    let authority = AuthZENAuthority(url: Self.url, token: Secret(Self.token), http: provider)
    #expect(await authority.decide(Self.question()) == .allow)
    #expect(
      provider.takeRequests() == [
        """
        POST \(Self.url)
        Content-Type: application/json
        Accept: application/json
        Authorization: Bearer \(Self.token)
        {"subject":{"type":"user","id":"anshika","properties":{"iss":"https://idp.example"}},\
        "action":{"name":"add"},"resource":{"type":"tool","id":"add"},"context":{"client":"agent"}}
        """
      ])
    #expect(
      provider.clients == [Client(address: 7, network: 7)], "the client uses its share of the queue"
    )
  }

  /// O61: a client with the name of a user is no user.
  @Test(arguments: [
    ("a client that acts for itself", identity("agent", isClient: true)),
    ("a token that names no client", identity(client: nil)),
  ])
  func aClientIsNoUser(_ name: String, _ identity: Identity) async {
    let provider = FakeProvider([Self.url: .json(#"{"decision":false}"#)])
    let authority = AuthZENAuthority(url: Self.url, token: nil, http: provider)
    #expect(await authority.decide(Self.question(identity)) == .deny)
    let request = provider.takeRequests().joined()
    #expect(request.contains(#"{"type":"client","id":"\#(identity.subject.text)""#))
    #expect(!request.contains("Authorization"))
  }

  typealias Answer = FakeProvider.Answer

  /// O60: every response but `true` denies.
  @Test(arguments: [
    ("true", Answer.json(#"{"decision":true,"context":{"a":1}}"#), AuthorityDecision.allow),
    ("false", .json(#"{"decision":false}"#), .deny),
    ("a text", .json(#"{"decision":"true"}"#), .unavailable(reason: "authority_malformed")),
    ("a number", .json(#"{"decision":1}"#), .unavailable(reason: "authority_malformed")),
    ("null", .json(#"{"decision":null}"#), .unavailable(reason: "authority_malformed")),
    ("nothing", .json("{}"), .unavailable(reason: "authority_malformed")),
    ("an array", .json("[true]"), .unavailable(reason: "authority_malformed")),
    ("no JSON", .json("decision: true"), .unavailable(reason: "authority_malformed")),
    (
      "both", .json(#"{"decision":false,"decision":true}"#),
      .unavailable(reason: "authority_malformed")
    ),
    (
      "64 KiB", .json(#"{"decision":true}"# + String(repeating: " ", count: (1 << 16) - 17)), .allow
    ),
    (
      "64 KiB and a byte",
      .json(#"{"decision":true}"# + String(repeating: " ", count: (1 << 16) - 16)),
      .unavailable(reason: "authority_malformed")
    ),
    (
      "an error that allows", .response(500, #"{"decision":true}"#),
      .unavailable(reason: "authority_status_500")
    ),
    (
      "a redirect", .response(302, #"{"decision":true}"#),
      .unavailable(reason: "authority_status_302")
    ),
    ("late", .error(.timeout), .unavailable(reason: "authority_timeout")),
    ("a full queue", .error(.overloaded), .unavailable(reason: "authority_overloaded")),
    (
      "a foreign address", .error(.refusedAddress),
      .unavailable(reason: "authority_refused_address")
    ),
  ])
  func onlyTrueAllows(_ name: String, _ answer: Answer, _ decision: AuthorityDecision) async {
    let provider = FakeProvider([Self.url: answer])
    let authority = AuthZENAuthority(url: Self.url, token: nil, http: provider)
    #expect(await authority.decide(Self.question()) == decision)
  }

  /// O60, AuthZEN 1.0 §10.1: a response that is not JSON decides nothing.
  @Test(arguments: [
    ("JSON", ["application/json"], true),
    ("JSON in other case, with a parameter", ["Application/JSON ; charset=utf-8"], true),
    ("a page that has the text of a decision", ["text/html"], false),
    ("JSON of another format", ["application/problem+json"], false),
    ("a longer name", ["application/jsonp"], false),
    ("two types in one field", ["application/json, text/html"], false),
    ("two fields", ["application/json", "text/html"], false),
    ("an empty field", [""], false),
    ("no field", [], false),
  ])
  func onlyJSONDecides(_ name: String, _ types: [String], _ decides: Bool) async {
    let fields = types.map { (name: "content-type", value: $0) }
    let provider = FakeProvider([Self.url: .response(200, #"{"decision":true}"#, fields)])
    let authority = AuthZENAuthority(url: Self.url, token: nil, http: provider)
    #expect(
      await authority.decide(Self.question())
        == (decides ? .allow : .unavailable(reason: "authority_media_type")))
  }

  // MARK: The file

  static let file = """
    {"allow": [
      {"subject": "anshika", "tool": "add"},
      {"subject": "anshika", "tool": "read", "object": "a"},
      {"subject": "admin", "tool": "*"},
      {"subject": "reader", "tool": "*", "object": "a"},
      {"subject": "writer", "tool": "write", "object": "*"},
      {"subject": "anshika", "tool": "caf\u{e9}"}
    ]}
    """

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let question: AuthorityQuestion
    let isAllowed: Bool

    init(
      _ name: String, _ subject: Subject, _ tool: String, _ object: String? = nil, _ isAllowed: Bool
    ) {
      self.init(
        name, AuthorityTests.question(identity(subject), tool: tool, object: object), isAllowed)
    }

    init(_ name: String, _ question: AuthorityQuestion, _ isAllowed: Bool) {
      (testDescription, self.question, self.isAllowed) = (name, question, isAllowed)
    }
  }

  @Test(arguments: [
    Row("a row", "anshika", "add", nil, true),
    Row("a row without object, and an object", "anshika", "add", "a", true),
    Row("another tool", "anshika", "power", nil, false),
    Row("another user", "bob", "add", nil, false),
    Row("no prefix", "ansh", "add", nil, false),
    Row("no other case", "Anshika", "add", nil, false),
    Row("the bytes of the row", "anshika", "caf\u{e9}", nil, true),
    Row("other bytes of the same text", "anshika", "cafe\u{301}", nil, false),
    Row("the object of the row", "anshika", "read", "a", true),
    Row("another object", "anshika", "read", "b", false),
    Row("no object", "anshika", "read", nil, false),
    Row("every tool", "admin", "power", "b", true),
    Row("every tool, one object", "reader", "power", "a", true),
    Row("every tool, another object", "reader", "power", "b", false),
    Row("every tool, no object", "reader", "power", nil, false),
    Row("every object", "writer", "write", "b", true),
    Row("the wildcard is no name of a tool", "anshika", "*", nil, false),
    Row(
      "O61: a client with the name of a user", question(identity("admin", isClient: true)), false),
    Row("O61: a token without a client", question(identity("admin", client: nil)), false),
    Row(
      "another method of authentication",
      question(Identity(subject: "admin", method: .apiKey, permissions: [])), false),
  ])
  func theFileDeniesByDefault(_ row: Row) async throws {
    let authority = try FileAuthority(file: Array(Self.file.utf8))
    #expect(await authority.decide(row.question) == (row.isAllowed ? .allow : .deny))
  }

  @Test func readsAsManyRowsAsAreAllowed() async throws {
    let rows = (1...FileAuthority.maximumRows).map { #"{"subject":"anshika\#($0)","tool":"add"}"# }
    let text = #"{"allow":[\#(rows.joined(separator: ","))]}"#
    let file = Array(text.utf8) + Array(repeating: 0x20, count: (1 << 20) - text.utf8.count)
    let authority = try FileAuthority(file: file)
    #expect(await authority.decide(Self.question(Self.identity("anshika10000"))) == .allow)
  }

  @Test func anEmptyFileDeniesEverything() async throws {
    let authority = try FileAuthority(file: Array(#"{"allow":[]}"#.utf8))
    #expect(await authority.decide(Self.question()) == .deny)
  }

  static let form =
    #"a row must have the texts "subject" and "tool", may have "object", and nothing else"#
  static let root = #"the file must be an object with the array "allow" alone"#

  @Test(arguments: [
    ("[]", 1, root), (#"{"allow":{}}"#, 1, root), (#"{"allow":[],"deny":[]}"#, 1, root),
    ("{}", 1, root),
    ("{\"allow\":[\n{\"subject\":\"a\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":\"b\"},\n{\"tool\":\"b\"}]}", 3, form),
    ("{\"allow\":[\n{\"subject\":\"*\",\"tool\":\"b\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"\",\"tool\":\"b\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\\u0000\",\"tool\":\"b\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":\"\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":[\"b\"]}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":\"b\",\"object\":null}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":\"b\",\"object\":\"\"}]}", 2, form),
    ("{\"allow\":[\n{\"subject\":\"a\",\"tool\":\"b\",\"tools\":\"c\"}]}", 2, form),
    (
      "{\"allow\":[{\"subject\":\"a\",\"tool\":\"b\"},\n{\"subject\":\"a\",\"tool\":\"b\"}]}", 2,
      "the row stands here twice"
    ),
    (
      "{\"allow\":[\(repeatElement("0", count: 10_001).joined(separator: ","))]}", 1,
      "the file has more than 10000 rows"
    ),
    (String(repeating: " ", count: (1 << 20) + 1), 1, "the file has more than 1 MiB"),
  ])
  func aFileOfAnotherFormIsRefused(_ text: String, _ line: Int, _ reason: String) {
    #expect(throws: SettingsFileError(line: line, reason: reason)) {
      try FileAuthority(file: Array(text.utf8))
    }
  }
}
