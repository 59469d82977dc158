import Support
import Testing

@testable import OAuth

struct ClientCredentialsTests {
  private static func basic(_ pair: String) -> String {
    "Basic " + Base64.standard.text(of: Array(pair.utf8))
  }

  private static func read(_ authorization: [String], _ body: String) throws -> String {
    let credentials = try ClientCredentials(
      authorization: authorization, body: FormBody(Array(body.utf8)))
    return switch credentials {
    case .none(let id): "none \(id)"
    case .basic(let id, let secret): "basic \(id) \(secret.exposed)"
    case .post(let id, let secret): "post \(id) \(secret.exposed)"
    }
  }

  /// RFC 6749 §2.3.1, §3.2.1
  @Test(
    arguments: [
      ([], "client_id=a", "none a"), ([], "client_id=a&client_secret=", "none a"),
      ([], "client_id=a&client_secret=b+c", "post a b c"), ([basic("a:b")], "", "basic a b"),
      ([basic("a:b")], "client_id=a", "basic a b"),
      ([basic("a%3Ab:c%25+d:e")], "", "basic a:b c% d:e"),
      ([basic("https%3A%2F%2Fa%2Fb:c")], "client_id=https%3A%2F%2Fa%2Fb", "basic https://a/b c"),
      (["bASIC   YTpi"], "", "basic a b"),
    ] as [([String], String, String)])
  func reads(_ authorization: [String], _ body: String, _ expected: String) throws {
    #expect(try Self.read(authorization, body) == expected)
  }

  static let refused: [(name: String, authorization: [String], body: String, error: OAuthError)] = [
    ("both methods", [basic("a:b")], "client_id=a&client_secret=b", .invalidRequest),
    ("secret in the body alone", [basic("a:b")], "client_secret=b", .invalidRequest),
    ("two header fields", [basic("a:b"), basic("a:b")], "", .invalidRequest),
    ("two clients", [basic("a:b")], "client_id=c", .invalidRequest),
    ("two clients, canonically equal", [basic("%C3%A9:b")], "client_id=e%CC%81", .invalidRequest),
    ("nothing", [], "", .invalidClient), ("secret alone", [], "client_secret=b", .invalidClient),
    ("Bearer", ["Bearer abc"], "client_id=a", .invalidClient),
    ("not a scheme", ["Basic"], "client_id=a", .invalidClient), ("empty", [""], "", .invalidClient),
    ("not Base64", ["Basic a:b"], "", .invalidClient),
    ("no padding", ["Basic YTpiYg"], "", .invalidClient),
    ("no colon", [basic("a")], "", .invalidClient), ("no name", [basic(":b")], "", .invalidClient),
    ("no secret", [basic("a:")], "", .invalidClient),
    ("broken encoding", [basic("a:%zz")], "", .invalidClient),
    ("control character", [basic("a:%0A")], "", .invalidClient),
    ("not UTF-8", [basic("a:%FF")], "", .invalidClient),
    ("too long", [basic("a:" + String(repeating: "b", count: 1 << 14))], "", .invalidClient),
  ]

  /// RFC 6749 §2.3, §5.2
  /// ATTACKS O76
  @Test(arguments: refused.indices)
  func refuses(_ index: Int) throws {
    let (name, authorization, body, error) = Self.refused[index]
    let problem = try #require(throws: OAuthProblem.self, "\(name)") {
      try Self.read(authorization, body)
    }
    #expect(problem.error == error, "\(name)")
  }
}
