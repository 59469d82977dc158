import Testing

@testable import Upstream

/// What a model reads for each error.
struct UpstreamErrorTests {
  static let sentences: [(UpstreamError, UpstreamService, String)] = [
    (
      .refused, .jira,
      "Jira does not accept the credential. Connect again, or send another token in X-Jira-Token."
    ),
    (
      .refused, .confluence,
      "Confluence does not accept the credential. Connect again, or send another token in "
        + "X-Confluence-Token."
    ),
    (
      .forbidden, .jenkins,
      "Jenkins does not allow this with the credential. Ask an administrator of Jenkins for the "
        + "permission, or use another credential."
    ),
    (
      .notFound, .jenkins,
      "Jenkins does not find what the arguments name, or the credential does not allow to see it. "
        + "Check the arguments."
    ),
    (
      .rateLimited(retryAfter: nil), .jira,
      "Jira receives too many requests. Try again later."
    ),
    (
      .rateLimited(retryAfter: 1), .jira,
      "Jira receives too many requests. Try again in 1 second."
    ),
    (
      .rateLimited(retryAfter: 30), .jira,
      "Jira receives too many requests. Try again in 30 seconds."
    ),
    (.unavailable, .jira, "Jira is not available. Try again later."),
    (
      .unavailable, .jenkins,
      "Jenkins is not available. If you triggered a build, look at the job before you try again."
    ),
    (.timeout, .confluence, "Confluence did not respond in time. Try again later."),
    (
      .timeout, .jenkins,
      "Jenkins did not respond in time. If you triggered a build, look at the job before you try "
        + "again."
    ),
    (
      .tooLarge, .jira,
      "The result of Jira has too many entries, bytes or digits. Ask for less of it."
    ),
    (
      .invalidResponse, .jira,
      "Jira sent a response that this server cannot use. Tell the operator of this server."
    ),
    (.refusedArgument, .jira, "Jira refuses the arguments. Correct them, and try again."),
    (.invalidArgument("The JQL is empty."), .jira, "The JQL is empty."),
    (.noNumbers("The job has no finished build."), .jenkins, "The job has no finished build."),
  ]

  @Test(arguments: sentences)
  func theSentence(_ row: (error: UpstreamError, service: UpstreamService, sentence: String)) {
    #expect(row.error.sentence(for: row.service) == row.sentence)
  }
}
