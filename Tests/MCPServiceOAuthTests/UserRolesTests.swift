import Auth
import ResourceServer
import Testing

@testable import MCPServiceOAuth

struct UserRolesTests {
  static let file = #"""
    {"users": {"github:583231": "advanced", "password:anshika": "admin"},
     "groups": {"oidc:calculators": "basic", "oidc:bosses": "admin", "github:x": "advanced"}}
    """#

  static let rows: [(name: String, id: String, groups: [String], role: Role?)] = [
    ("a user", "github:583231", [], .advanced),
    ("another number", "github:5832310", [], nil),
    ("the number at another provider", "oidc:583231", [], nil),
    ("a login that looks like a number of another", "oidc:github:583231", [], nil),
    ("a group", "oidc:a", ["calculators"], .basic),
    ("two groups: the first of the file", "oidc:a", ["bosses", "calculators"], .basic),
    ("a group of another provider", "github:1", ["calculators"], nil),
    ("a group with the provider in its name", "oidc:a", ["oidc:calculators"], nil),
    ("upper case", "GitHub:583231", [], nil),
  ]

  /// ATTACKS O127: identity is the provider and its identifier, never a name.
  @Test(arguments: rows)
  func finds(_ row: (name: String, id: String, groups: [String], role: Role?)) throws {
    let roles = try UserRoles(file: Array(Self.file.utf8), standard: nil)
    #expect(roles.role(of: row.id, groups: row.groups) == row.role)
    let open = try UserRoles(file: Array(Self.file.utf8), standard: .guest)
    #expect(open.role(of: row.id, groups: row.groups) == row.role ?? .guest)
  }

  @Test func withoutAFileTheDefaultDecides() {
    #expect(UserRoles(standard: nil).role(of: "github:1", groups: []) == nil)
    #expect(UserRoles(standard: .basic).role(of: "github:1", groups: []) == .basic)
  }

  static let problems: [(name: String, text: String, line: Int)] = [
    ("no object", "[]", 1), ("another member", "{\"users\": {},\n\"people\": {}}", 2),
    ("users as a list", #"{"users": []}"#, 1),
    ("an id without its provider", "{\"users\": {\n\"583231\": \"basic\"}}", 2),
    ("a provider without an id", #"{"users": {"github:": "basic"}}"#, 1),
    ("an id without a provider", #"{"users": {":1": "basic"}}"#, 1),
    ("an unknown role", "{\"users\": {\"github:1\": \"basic\",\n\"github:2\": \"boss\"}}", 2),
    ("a role that is no text", #"{"users": {"github:1": 1}}"#, 1), ("no JSON", "{", 1),
  ]

  @Test(arguments: problems)
  func refuses(_ row: (name: String, text: String, line: Int)) {
    #expect {
      try UserRoles(file: Array(row.text.utf8), standard: .basic)
    } throws: { ($0 as? SettingsFileError)?.line == row.line }
  }
}
