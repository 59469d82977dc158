import Support
import JSON
import Crypto
import TestSupport
import Testing

@testable import Auth

struct NamedKeysTests {
  static func named(
    _ name: String, _ key: String, role: Role = .basic, expires: WallTime? = nil
  ) -> NamedKey {
    NamedKey(name: name, digest: SHA256Digest(of: key.utf8), role: role, expires: expires)
  }

  @Test func recognisesExactlyItsKeys() {
    let keys = NamedKeys((1...1000).map { Self.named("n\($0)", "key number \($0)") })
    #expect(keys.count == 1000)
    #expect(keys.key(for: Secret("key number 1"))?.name == "n1")
    #expect(keys.key(for: Secret("key number 1000"))?.name == "n1000")
    for other in ["", "key number 0", "key number 10000", "Key number 1", "key number 1 "] {
      #expect(keys.key(for: Secret(other)) == nil)
    }
  }

  /// The end of a key in the file is not put off by a copy of it in the environment.
  @Test func theFileStandsAboveTheEnvironment() throws {
    let environment = try APIKeys(list: Secret("0123456789abcdef,b"), allowingWeak: true)
    let keys = NamedKeys(
      environment.named(role: .advanced) + [
        Self.named("ci", "b", expires: WallTime(milliseconds: 5))
      ])
    #expect(keys.key(for: Secret("0123456789abcdef"))?.name == "key-1")
    #expect(keys.key(for: Secret("0123456789abcdef"))?.role == .advanced)
    #expect(keys.key(for: Secret("b"))?.name == "ci")
    #expect(keys.key(for: Secret("b"))?.expires == WallTime(milliseconds: 5))
  }

  @Test func aNewKeyGoesIntoTheFileAndIsRecognised() throws {
    let secret = NamedKey.makeSecret(random: SeededBytes(seed: 1).make)
    #expect(secret.exposed.hasBytes(atStart: "calc_"))
    #expect(secret.exposed.utf8.count == 5 + 43)
    #expect(APIKeys.isPossible(secret.exposed))
    let key = Self.named("ci", secret.exposed, expires: WallTime(rfc3339: "2027-01-01T00:00:00Z"))
    let file = JSONValue.object(JSONObject([("keys", .array([key.entry]))])).serialized()
    #expect(!String(decoding: file, as: UTF8.self).contains(secret.exposed))
    let read = NamedKeys(try CredentialsFile.read(file).keys)
    #expect(read.key(for: secret)?.name == "ci")
    #expect(read.key(for: secret)?.expires == key.expires)
  }

  @Test func aKeyEndsAtItsTime() throws {
    let clock = ManualClock()
    let end = WallTime(milliseconds: clock.now.milliseconds + 60_000)
    let authenticator = KeyAuthenticator(
      NamedKeys([Self.named("ci", "abc", expires: end)]), now: { clock.now })
    clock.advance(seconds: 59)
    #expect(try authenticator.identity(of: Secret("abc")).subject == "ci")
    clock.advance(seconds: 1)
    #expect(throws: AuthenticationFailure.expiredKey) {
      try authenticator.identity(of: Secret("abc"))
    }
    authenticator.replace(with: NamedKeys([Self.named("ci", "def")]))
    #expect(throws: AuthenticationFailure.unknownKey) {
      try authenticator.identity(of: Secret("abc"))
    }
    #expect(try authenticator.identity(of: Secret("def")).permissions == [.calculateBasic])
  }
}
