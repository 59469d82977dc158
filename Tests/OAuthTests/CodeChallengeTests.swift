import Support
import Testing

@testable import OAuth

struct CodeChallengeTests {
  /// RFC 7636 appendix B
  private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

  @Test func matchesTheExample() throws {
    let challenge = try CodeChallenge(Self.challenge, method: "S256")
    #expect(challenge.matches(try #require(CodeVerifier(Self.verifier))))
    #expect(challenge.text == Self.challenge)
  }

  @Test(arguments: [
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", challenge, verifier + "a",
    String(repeating: "a", count: 43),
  ])
  func refusesAnotherVerifier(_ text: String) throws {
    let challenge = try #require(CodeChallenge(Self.challenge))
    #expect(!challenge.matches(try #require(CodeVerifier(text))))
  }

  static let challenges: [(name: String, text: String?, method: String?)] = [
    ("absent", nil, "S256"), ("method absent", challenge, nil), ("plain", challenge, "plain"),
    ("method in lower case", challenge, "s256"), ("method with a space", challenge, "S256 "),
    ("empty", "", "S256"), ("42 characters", String(challenge.utf8.dropLast()) ?? "", "S256"),
    ("44 characters", challenge + "A", "S256"), ("padding", challenge + "=", "S256"),
    ("unused bits are not 0", challenge.replacing("-cM", with: "-cN"), "S256"),
    ("standard alphabet", challenge.replacing("-cM", with: "+cM"), "S256"),
    ("a space", challenge.replacing("-cM", with: " cM"), "S256"),
    ("not ASCII", challenge.replacing("-cM", with: "éM"), "S256"),
  ]

  /// RFC 7636 §4.2, §4.3, OAuth 2.1 §7.5.2
  /// ATTACKS O72
  @Test(arguments: challenges.indices)
  func refusesAChallenge(_ index: Int) throws {
    let (name, text, method) = Self.challenges[index]
    let problem = try #require(throws: OAuthProblem.self, "\(name)") {
      try CodeChallenge(text, method: method)
    }
    #expect(problem.error == .invalidRequest)
  }

  /// RFC 7636 §4.1
  /// ATTACKS O72
  @Test(arguments: [
    ("43 characters", String(repeating: "a", count: 43), true),
    ("128 characters", String(repeating: "a", count: 128), true),
    ("every kind", "azAZ09-._~" + String(repeating: "a", count: 33), true),
    ("42 characters", String(repeating: "a", count: 42), false),
    ("129 characters", String(repeating: "a", count: 129), false), ("empty", "", false),
    ("plus", "+" + String(repeating: "a", count: 42), false),
    ("padding", String(repeating: "a", count: 43) + "=", false),
    ("space", String(repeating: "a", count: 43) + " ", false),
    ("not ASCII", String(repeating: "é", count: 43), false),
  ])
  func aVerifierHasAForm(_ name: String, _ text: String, _ isVerifier: Bool) {
    #expect((CodeVerifier(text) != nil) == isVerifier)
  }

  @Test func aVerifierIsSecret() throws {
    var dumped = ""
    dump(try #require(CodeVerifier(Self.verifier)), to: &dumped)
    #expect(!dumped.contains(Self.verifier))
  }
}
