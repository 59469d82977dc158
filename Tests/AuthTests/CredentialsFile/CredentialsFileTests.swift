import Support
import Crypto
import TestSupport
import Testing

@testable import Auth

struct CredentialsFileTests {
  static let digest = SHA256Digest(of: "a key".utf8).hexadecimal
  static let phc = PasswordHashTests.foreign

  @Test func readsKeysAndUsers() throws {
    let file = try CredentialsFile.read(
      Array(
        """
        {"keys": [{"name": "ci", "sha256": "\(Self.digest)", "role": "basic",
                   "expires": "2027-01-01T00:00:00Z"}],
         "users": [{"name": "anshika", "password": "\(Self.phc)", "role": "advanced"}]}
        """.utf8))
    #expect(file.keys.map(\.name.text) == ["ci"])
    #expect(file.keys.first?.expires?.rfc3339 == "2027-01-01T00:00:00.000Z")
    #expect(APIKeyStore(file.keys).key(for: Secret("a key"))?.role == .basic)
    #expect(file.users.map(\.name.description) == ["anshika"])
    #expect(file.users.first?.password.phc == Self.phc)
    #expect(file.users.first?.role == .advanced)
    #expect(file.users.first?.expires == nil)
  }

  @Test(arguments: ["{}", #"{"keys":[]}"#, #" { "users" : [ ] , "keys" : [ ] } "#])
  func nothingIsAFileToo(_ text: String) throws {
    let file = try CredentialsFile.read(Array(text.utf8))
    #expect(file.keys.isEmpty)
    #expect(file.users.isEmpty)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    let problems: [String]

    init(_ name: String, _ text: String, _ problems: String...) {
      testDescription = name
      self.text = text
      self.problems = problems
    }

    /// One key on line 2.
    init(_ name: String, key: String, _ problems: String...) {
      testDescription = name
      text = "{\"keys\": [\n\(key)\n]}"
      self.problems = problems
    }

    /// One user on line 3.
    init(_ name: String, user: String, _ problems: String...) {
      testDescription = name
      text = "{\"keys\": [ ],\n\"users\": [\n\(user)]}"
      self.problems = problems
    }
  }

  static let key = #""sha256": "\#(digest)", "role": "basic""#
  static let user = #""password": "\#(phc)", "role": "basic""#
  static let name = #""name" must have 1 to 256 bytes and no control characters"#

  @Test(arguments: [
    Row("nothing", "", "1: the file ends in the middle"),
    Row(
      "half a file (C14)", "{\"keys\": [\n  {\"name\": \"ci\",\n", "3: the file ends in the middle"),
    Row("a comma", "{\n\"keys\": [],\n}", "3: this is no JSON"),
    Row(
      "one name twice", "{\n\"keys\": [{\n},\n{\"name\": 1, \"name\": 2}]}",
      "4: an object that begins here has one name twice"),
    Row("BOM", "\u{FEFF}{}", "1: the file begins with a byte-order mark"),
    Row("an array", "\n[]", "2: the file must be an object with \"keys\" and \"users\""),
    Row("another member", "{\"keys\": [],\n\"Users\": []}", "2: only keys, users may stand here"),
    Row("no array", "{\"keys\":\n {}}", "1: \"keys\" must be an array"),
    Row(
      "no object", "{\"users\": [\n1,\n\"a\"]}",
      "2: an entry of \"users\" must be an object", "3: an entry of \"users\" must be an object"),
    Row(
      "all missing", key: "{}", "2: \"name\" is missing", "2: \"sha256\" is missing",
      "2: \"role\" is missing"),
    Row(
      "wrong types", key: "{\"name\": 1,\n\"sha256\": null,\n\"role\": [],\n\"expires\": 5}",
      "2: \"name\" must be a string", "3: \"sha256\" must be a string",
      "4: \"role\" must be a string", "5: \"expires\" must be a string"),
    Row("no name", key: "{\"name\": \"\", \(key)}", "2: \(name)"),
    Row("a control", key: "{\"name\": \"a\\u0007\", \(key)}", "2: \(name)"),
    Row("CRLF", key: "{\"name\": \"a\\r\\nb\", \(key)}", "2: \(name)"),
    Row(
      "257 bytes", key: "{\"name\": \"\(String(repeating: "x", count: 257))\", \(key)}",
      "2: \(name)"),
    Row(
      "a name of the environment", key: "{\"name\": \"key-2\", \(key)}",
      "2: \"name\" is one that keys of the environment have"),
    Row(
      "a key and no digest",
      key: "{\"name\": \"a\", \"sha256\": \"calc_abc\", \"role\": \"basic\"}",
      "2: \"sha256\" must have 64 hexadecimal digits"),
    Row(
      "a placeholder (C15)",
      key: "{\"name\": \"a\", \"sha256\": \"replace-with-a-digest\", \"role\": \"basic\"}",
      "2: \"sha256\" is a placeholder that nobody filled in"),
    Row(
      "zeros",
      key: "{\"name\": \"a\", \"sha256\": \"\(String(repeating: "0", count: 64))\","
        + "\"role\": \"basic\"}", "2: \"sha256\" is a placeholder that nobody filled in"),
    Row(
      "the example's key",
      key: "{\"name\": \"a\", \"role\": \"basic\", \"sha256\": \""
        + SHA256Digest(of: "replace-with-the-output-of-openssl-rand-hex-32".utf8).hexadecimal
        + "\"}", "2: \"sha256\" is of a key that stands in the examples"),
    Row(
      "a role that is none",
      key: "{\"name\": \"a\", \"sha256\": \"\(digest)\", \"role\": \"Basic\"}",
      "2: \"role\" must be one of guest, basic, advanced, admin"),
    Row(
      "a date that is none",
      key: "{\"name\": \"a\", \(key), \"expires\": \"2027-02-30T00:00:00Z\"}",
      "2: \"expires\" must be a UTC time such as 2027-01-01T00:00:00Z"),
    Row(
      "a member of a user", key: "{\"name\": \"a\", \(key),\n \"password\": \"x\"}",
      "3: only name, sha256, role, expires may stand here"),
    Row(
      "one name, one digest",
      key: "{\"name\": \"a\", \(key)},\n{\n\(key),\"name\":\n\"a\"}",
      "4: \"sha256\" is another key's too", "4: \"name\" is another entry's too"),
    Row(
      "a password in the open",
      user: "{\"name\": \"a\", \"password\": \"hunter2\", \"role\": \"basic\"}",
      "3: \"password\" must be a hash such as $scrypt$ln=14,r=8,p=5$<salt>$<hash>"),
    Row(
      "a placeholder for one",
      user: "{\"name\": \"a\", \"password\": \"replace-me\", \"role\": \"basic\"}",
      "3: \"password\" is a placeholder that nobody filled in"),
    Row(
      "a colon (RFC 7617 §2)", user: "{\"name\": \"a:b\", \(user)}",
      "3: a user's \"name\" must not have a colon"),
    Row(
      "one user twice", user: "{\"name\": \"a\", \(user)},\n{\"name\": \"\\u0061\", \(user)}",
      "4: \"name\" is another entry's too"),
    Row(
      "a string full of brackets", "{\"users\": [{\"name\": \"}]\\\\\\\",{\", \(user)},\n1\n\n]}",
      "2: an entry of \"users\" must be an object"),
  ])
  func refuses(_ row: Row) {
    let error = #expect(throws: CredentialsFileErrors.self) {
      try CredentialsFile.read(Array(row.text.utf8))
    }
    let problems = error?.problems.map { "\($0.line): \($0.reason)" } ?? []
    #expect(problems.sorted() == row.problems.sorted())
  }

  /// An invalid file causes at most twenty messages.
  @Test func tellsOfTwentyAtMost() {
    let text = "{\"keys\": [\(Array(repeating: "1", count: 1000).joined(separator: ",\n"))]}"
    let error = #expect(throws: CredentialsFileErrors.self) {
      try CredentialsFile.read(Array(text.utf8))
    }
    #expect(error?.problems.map(\.line) == Array(1...20))
  }
}
