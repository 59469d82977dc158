import TestSupport
import Support
import Crypto
import Testing

@testable import Auth

struct APIKeyListTests {
  static let first = "0123456789abcdef"
  static let second = "fedcba9876543210"

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let list: String
    var allowingWeak = false
    let expected: Result<Int, APIKeyError>
  }

  @Test(arguments: [
    Row(testDescription: "one key", list: first, expected: .success(1)),
    Row(testDescription: "two keys", list: "\(first),\(second)", expected: .success(2)),
    Row(
      testDescription: "spaces around keys", list: " \(first) ,\t\(second) ", expected: .success(2)),
    Row(testDescription: "nothing (S3)", list: "", expected: .failure(.empty(1))),
    Row(testDescription: "spaces alone", list: "  ", expected: .failure(.empty(1))),
    Row(testDescription: "comma at the end", list: "\(first),", expected: .failure(.empty(2))),
    Row(
      testDescription: "15 characters", list: "0123456789abcde", expected: .failure(.tooShort(1))),
    Row(testDescription: "second one short", list: "\(first),x", expected: .failure(.tooShort(2))),
    Row(
      testDescription: "short, and allowed to be", list: "x", allowingWeak: true,
      expected: .success(1)),
    Row(
      testDescription: "empty, and weak ones are allowed", list: "", allowingWeak: true,
      expected: .failure(.empty(1))),
    Row(
      testDescription: "513 characters", list: String(repeating: "x", count: 513),
      expected: .failure(.tooLong(1))),
    Row(
      testDescription: "a space inside", list: "correct horse battery",
      expected: .failure(.space(1))),
    Row(
      testDescription: "a tab inside", list: "correct\thorse-battery",
      expected: .failure(.notVisibleASCII(1))),
    Row(
      testDescription: "a letter that is not ASCII", list: "schlüssel-0123456789",
      expected: .failure(.notVisibleASCII(1))),
    Row(
      testDescription: "a placeholder of the examples (C15)", list: "REPLACE-with-your-own-key",
      expected: .failure(.placeholder(1))),
    Row(
      testDescription: "a variable that the client did not fill in",
      list: "${CALCULATOR_API_KEY}", expected: .failure(.placeholder(1))),
    Row(
      testDescription: "a command that no shell ran", list: "$(openssl rand -hex 32)",
      expected: .failure(.reference(1))),
    Row(
      testDescription: "a variable that no shell expanded", list: "\(first),$CALCULATOR_API_KEY",
      expected: .failure(.placeholder(2))),
  ])
  func readsAList(_ row: Row) {
    let result = Result { () throws(APIKeyError) in
      try APIKeyList(list: Secret(row.list), allowingWeak: row.allowingWeak).count
    }
    #expect(result == row.expected)
  }

  /// Each error message names the problem and its fix.
  @Test(arguments: [
    (APIKeyError.empty(1), "key 1 is empty"), (.empty(2), "key 2 is empty"),
    (.space(1), "key 1 has a space in it"),
    (
      .reference(1), "key 1 is an unexpanded reference, $(COMMAND)"
    ),
  ])
  func saysWhatIsWrong(_ error: APIKeyError, _ reason: String) { #expect(error.reason == reason) }

  @Test(
    arguments: [
      (first, 1), (second, 2),
      ("", nil), ("0", nil), ("0123456789abcde", nil), ("0123456789abcdef0", nil),
      ("0123456789ABCDEF", nil), (" 0123456789abcdef", nil), ("0123456789abcdef\u{0}", nil),
      ("\(first),\(second)", nil),
    ] as [(String, Int?)])
  func findsExactlyItsKeys(_ token: String, _ place: Int?) throws {
    let keys = try APIKeyList(list: Secret("\(Self.first),\(Self.second)"), allowingWeak: false)
    #expect(keys.contains(Secret(token)) == (place != nil))
    let name = APIKeyStore(keys.keys(role: .basic)).key(for: Secret(token))?.name.text
    #expect(name == place.map { "key-\($0)" })
  }

  /// A digest is refused if only the half that serves as its index is equal to a key's.
  @Test func everyBitOfAKeysDigestCounts() throws {
    let digest = SHA256Digest(of: Self.first.utf8)
    let keys = APIKeyStore([APIKey(name: "ci", digest: digest, role: .basic, expires: nil)])
    #expect(keys.key(for: digest)?.name == "ci")
    for index in 0..<32 {
      for bit in 0..<8 {
        var bytes = digest.bytes
        bytes[index] ^= 1 << bit
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let other = try #require(SHA256Digest(hexadecimal: text))
        #expect(keys.key(for: other) == nil, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test func noKeysAuthenticateNobody() {
    #expect(!APIKeyList().contains(Secret("")))
    #expect(APIKeyStore([]).key(for: Secret("")) == nil)
  }
}
