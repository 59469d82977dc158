import Support
import JSON
import Crypto
import TestSupport
import Testing

@testable import Auth

struct APIKeyStoreTests {
  static func named(
    _ name: String, _ key: String, role: Role = .basic, expires: WallTime? = nil
  ) -> APIKey {
    APIKey(
      name: Subject(constant: name), digest: SHA256Digest(of: key.utf8), role: role,
      expires: expires)
  }

  @Test func findsExactlyItsKeys() {
    let keys = APIKeyStore((1...1000).map { Self.named("n\($0)", "key number \($0)") })
    #expect(keys.count == 1000)
    #expect(keys.key(for: Secret("key number 1"))?.name == "n1")
    #expect(keys.key(for: Secret("key number 1000"))?.name == "n1000")
    for other in ["", "key number 0", "key number 10000", "Key number 1", "key number 1 "] {
      #expect(keys.key(for: Secret(other)) == nil)
    }
  }

  /// A copy of a key in the environment does not remove the expiry that the file gives the key.
  @Test func theFileStandsAboveTheEnvironment() throws {
    let environment = try APIKeyList(list: Secret("0123456789abcdef,b"), allowingWeak: true)
    let keys = APIKeyStore(
      environment.keys(role: .advanced) + [
        Self.named("ci", "b", expires: WallTime(milliseconds: 5))
      ])
    #expect(keys.key(for: Secret("0123456789abcdef"))?.name == "key-1")
    #expect(keys.key(for: Secret("0123456789abcdef"))?.role == .advanced)
    #expect(keys.key(for: Secret("b"))?.name == "ci")
    #expect(keys.key(for: Secret("b"))?.expires == WallTime(milliseconds: 5))
  }

  @Test func aNewKeyGoesIntoTheFileAndIsFound() throws {
    let secret = APIKey.makeSecret(random: SeededBytes(seed: 1).make)
    #expect(secret.exposed.hasBytes(atStart: "calc_"))
    #expect(secret.exposed.utf8.count == 5 + 43)
    #expect(APIKeyList.isPossible(secret.exposed))
    let key = Self.named("ci", secret.exposed, expires: WallTime(rfc3339: "2027-01-01T00:00:00Z"))
    let file = JSONValue.object(JSONObject([("keys", .array([key.entry]))])).serialized()
    #expect(!String(decoding: file, as: UTF8.self).contains(secret.exposed))
    let read = APIKeyStore(try CredentialsFile.read(file).keys)
    #expect(read.key(for: secret)?.name == "ci")
    #expect(read.key(for: secret)?.expires == key.expires)
  }
}
