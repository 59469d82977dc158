import Testing

@testable import Bridge

/// 401 and 403.
@Suite(.timeLimit(.minutes(10)))
struct CredentialTests {
  static let challenge = [(name: "WWW-Authenticate", value: #"Bearer scope="a""#)]

  /// The credential sees the status, the challenges and what was sent. Then the same request is sent
  /// again, with the new fields.
  @Test(arguments: [401, 403])
  func isRenewedAndSentAgain(_ status: Int) async throws {
    let harness = try BridgeHarness(
      posts: [
        .status(status, Self.challenge + [(name: "www-authenticate", value: "Basic")]),
        .json(Line.result("1")),
      ], credential: FakeCredential([.renewed]))
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run() == [Line.result("1")])
    #expect(harness.credential.calls == ["\(status) Bearer scope=\"a\",Basic Bearer t1"])
    #expect(
      harness.remote.requests("POST") == [Sent.post(Line.ping), Sent.post(Line.ping, token: 2)])
  }

  static let refused = Line.error(
    "1", 401, "The remote server demands a valid credential (status 401).")

  static let body = FakeAnswer.status(
    401, [("Content-Type", "application/json")], Line.error("null", 401, "Use a token"))

  @Test(
    arguments: [
      ("refused", [.refused], FakeAnswer.status(401), refused, 1),
      ("failed", [.failed], .status(401), Line.error("1", 401, "The sign-in has ended."), 1),
      (
        "three times and no more", [.renewed, .renewed, .renewed, .renewed], .status(401), refused,
        4
      ),
      ("the error of the server", [.refused], body, Line.error("1", 401, "Use a token"), 1),
      (
        "the sentence goes first", [.failed], body, Line.error("1", 401, "The sign-in has ended."),
        1
      ),
      (
        "403", [.refused], .status(403),
        Line.error("1", 403, "The remote server does not permit this request (status 403)."), 1
      ),
    ] as [(String, [FakeCredential.Renewal], FakeAnswer, String, Int)])
  func isAnError(
    _ name: String, _ renewals: [FakeCredential.Renewal], _ answer: FakeAnswer, _ output: String,
    _ count: Int
  ) async throws {
    let harness = try BridgeHarness(
      posts: Array(repeating: answer, count: 6), credential: FakeCredential(renewals))
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run() == [output])
    #expect(harness.remote.requests("POST").count == count)
  }

  /// A status of another kind is no matter of the credential.
  @Test(arguments: [400, 404, 407, 500])
  func otherStatusesAreNot(_ status: Int) async throws {
    let harness = try BridgeHarness(
      posts: [.status(status, Self.challenge)], credential: FakeCredential([.renewed]))
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run().count == 1)
    #expect(harness.credential.calls.isEmpty)
  }

  @Test func withoutACredentialNothingIsSent() async throws {
    let harness = try BridgeHarness(credential: FakeCredential(isMissing: true))
    harness.send(Line.ping)
    harness.endInput()
    #expect(await harness.run() == [Line.error("1", 401, "Sign in first.")])
    #expect(harness.remote.requests("").isEmpty)
  }
}
