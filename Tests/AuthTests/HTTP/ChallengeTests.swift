import Testing

@testable import Auth

struct ChallengeTests {
  /// RFC 6750 §3, RFC 7617 §2.1
  @Test(arguments: [
    (Challenge(.bearer), #"Bearer realm="calculator""#),
    (Challenge(.basic), #"Basic realm="calculator", charset="UTF-8""#),
    (
      Challenge(.bearer, error: .invalidToken),
      #"Bearer realm="calculator", error="invalid_token""#
    ),
    (
      Challenge(.bearer, error: .invalidRequest),
      #"Bearer realm="calculator", error="invalid_request""#
    ),
    (
      Challenge.insufficientScope(.calculateAdvanced),
      #"Bearer realm="calculator", error="insufficient_scope", scope="calculate:advanced""#
    ),
    (
      Challenge(.bearer, scope: [.calculateBasic, .calculateAdvanced]),
      #"Bearer realm="calculator", scope="calculate:basic calculate:advanced""#
    ),
  ])
  func isOneFieldValue(_ challenge: Challenge, _ expected: String) {
    #expect(challenge.fieldValue == expected)
  }
}
