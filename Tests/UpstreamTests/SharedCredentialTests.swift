import Auth
import Support
import Synchronization
import Testing
import TestSupport

@testable import Upstream

/// Who may use the credential of the server, and the fields that name an address.
struct SharedCredentialTests {
  /// An authority with one answer. It keeps its last question.
  final class Fixed: Authority {
    let decision: AuthorityDecision
    let asked = Mutex<AuthorityQuestion?>(nil)

    init(_ decision: AuthorityDecision) { self.decision = decision }

    func decide(_ question: AuthorityQuestion) async -> AuthorityDecision {
      asked.withLock { $0 = question }
      return decision
    }
  }

  static let anna = Identity(
    subject: "github:583231", method: .oauth, permissions: [],
    provider: Identity.Provider(issuer: "https://idp.example", client: "app"))

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let decision: AuthorityDecision?
    var identity = anna
    let isAllowed: Bool
  }

  @Test(arguments: [
    Row(testDescription: "a caller with a row", decision: .allow, isAllowed: true),
    Row(testDescription: "a caller without a row", decision: .deny, isAllowed: false),
    Row(
      testDescription: "no decision", decision: .unavailable(reason: "x"), isAllowed: false),
    Row(testDescription: "no file", decision: nil, isAllowed: false),
    Row(
      testDescription: "a guest, whatever the rows say", decision: .allow,
      identity: .guest(.admin), isAllowed: false),
  ])
  func anAuthorityDecides(_ row: Row) async {
    let authority = row.decision.map(Fixed.init)
    let shared = SharedCredential(authority)
    let isAllowed = await shared.isAllowed(
      row.identity, tool: "sum_story_points", client: .local)
    #expect(isAllowed == row.isAllowed)
  }

  /// ATTACKS O146
  @Test func theQuestionIsAboutTheCallerAndTheTool() async throws {
    let authority = Fixed(.allow)
    _ = await SharedCredential(authority).isAllowed(
      Self.anna, tool: "sum_story_points", client: .local)
    let question = try #require(authority.asked.withLock { $0 })
    #expect(question.identity == Self.anna)
    #expect(question.tool == "sum_story_points")
    #expect(question.object == nil)
    #expect(question.client == .local)
  }
}
