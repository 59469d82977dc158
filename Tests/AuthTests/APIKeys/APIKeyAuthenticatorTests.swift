import Support
import TestSupport
import Testing

@testable import Auth

struct APIKeyAuthenticatorTests {
  static let key = "0123456789abcdef"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let credential: Credential
    let expected: Result<String, AuthenticationError>
  }

  @Test(arguments: [
    Row(
      testDescription: "the key", credential: .apiKey(Secret(key)), expected: .success("key-1")),
    Row(
      testDescription: "the key as a Bearer token", credential: .bearer(Secret(key)),
      expected: .success("key-1")),
    Row(
      testDescription: "another", credential: .apiKey(Secret("x")), expected: .failure(.unknownKey)),
    Row(
      testDescription: "an empty one", credential: .apiKey(Secret("")),
      expected: .failure(.malformedCredential)),
    Row(
      testDescription: "one that is too long",
      credential: .apiKey(Secret(String(repeating: "x", count: 513))),
      expected: .failure(.malformedCredential)),
    Row(
      testDescription: "a character that is not ASCII", credential: .apiKey(Secret("é")),
      expected: .failure(.malformedCredential)),
    Row(
      testDescription: "a password", credential: .password(user: "key-1", Secret(key)),
      expected: .failure(.unsupportedCredential)),
  ])
  func authenticates(_ row: Row) async throws {
    let list = try APIKeyList(list: Secret(Self.key), allowingWeak: false)
    let authenticator = APIKeyAuthenticator(
      APIKeyStore(list.keys(role: .basic)), now: { WallTime(milliseconds: 0) })
    let result: Result<String, AuthenticationError>
    do throws(AuthenticationError) {
      result = .success(
        try await authenticator.authenticate(row.credential, from: .local).subject.text)
    } catch {
      result = .failure(error)
    }
    #expect(result == row.expected)
  }

  @Test func aKeyEndsAtItsTime() async throws {
    let clock = ManualClock()
    let end = WallTime(milliseconds: clock.now.milliseconds + 60_000)
    let authenticator = APIKeyAuthenticator(
      APIKeyStore([APIKeyStoreTests.named("ci", "abc", expires: end)]), now: { clock.now })
    clock.advance(seconds: 59)
    let identity = try await authenticator.authenticate(.apiKey(Secret("abc")), from: .local)
    #expect(identity.subject == "ci")
    #expect(identity.permissions == [.calculateBasic])
    clock.advance(seconds: 1)
    await #expect(throws: AuthenticationError.expiredKey) {
      try await authenticator.authenticate(.apiKey(Secret("abc")), from: .local)
    }
  }
}
