import Support
import Testing

@testable import Auth

struct APIKeyAuthenticatorTests {
  static let key = "0123456789abcdef"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let token: PresentedToken
    let expected: Result<String?, AuthenticationFailure>
  }

  @Test(arguments: [
    Row(testDescription: "the key", token: .token(Secret(key)), expected: .success("key-1")),
    Row(testDescription: "none: somebody else may know", token: .absent, expected: .success(nil)),
    Row(testDescription: "another", token: .token(Secret("x")), expected: .failure(.unknownKey)),
    Row(testDescription: "no string", token: .malformed, expected: .failure(.malformedCredential)),
    Row(testDescription: "two places", token: .ambiguous, expected: .failure(.ambiguousCredential)),
  ])
  func decides(_ row: Row) throws {
    let authenticator = APIKeyAuthenticator(
      keys: try APIKeys(list: Secret(Self.key), allowingWeak: false))
    let result = Result { () throws(AuthenticationFailure) in
      try authenticator.authenticate(row.token)?.subject
    }
    #expect(result == row.expected)
  }

  @Test func newKeysReplaceOldOnes() throws {
    let authenticator = APIKeyAuthenticator(
      keys: try APIKeys(list: Secret(Self.key), allowingWeak: false))
    authenticator.replaceKeys(
      with: try APIKeys(list: Secret("fedcba9876543210"), allowingWeak: false))
    #expect(try authenticator.authenticate(.token(Secret("fedcba9876543210"))) != nil)
    #expect(throws: AuthenticationFailure.unknownKey) {
      try authenticator.authenticate(.token(Secret(Self.key)))
    }
  }
}
