import Auth
import JOSE
import Support
import TestSupport
import Testing

@testable import ResourceServer

private typealias Fixture = ProviderFixture

struct PermissionMapTests {
  private static func map(_ text: String) throws -> PermissionMap {
    try PermissionMap(file: Array(text.utf8))
  }

  private static func permissions(
    _ text: String, _ claims: [String: String?]
  ) throws -> PermissionSet {
    try Fixture.identity(claims, under: Fixture.policy(permissions: map(text))).permissions
  }

  // MARK: Without a file

  static let unmapped: [(String, [String: String?], PermissionSet)] = [
    ("one", [:], [.calculateBasic]),
    (
      "two", ["scope": #""calculate:advanced calculate:basic""#],
      [.calculateBasic, .calculateAdvanced]
    ),
    ("an unknown one", ["scope": #""openid calculate:basic mail.read""#], [.calculateBasic]),
    ("no scope", ["scope": nil], []), ("an empty scope", ["scope": #""""#], []),
    ("another case", ["scope": #""Calculate:basic""#], []),
    ("a prefix", ["scope": #""calculate""#], []), ("a star", ["scope": #""calculate:* *""#], []),
    ("scp as string (Entra)", ["scope": nil, "scp": #""a calculate:basic""#], [.calculateBasic]),
    ("scp as array (Okta)", ["scope": nil, "scp": #"["a","calculate:basic"]"#], [.calculateBasic]),
    ("two scopes in one string of scp", ["scope": nil, "scp": #"["a calculate:basic"]"#], []),
    ("scope before scp", ["scp": #""calculate:advanced""#], [.calculateBasic]),
    ("roles", ["scope": nil, "roles": #"["calculate:basic"]"#], []),
    ("roles of a client", ["scope": nil, "sub": #""agent""#, "roles": #"["admin"]"#], []),
    ("roles that are no names", ["roles": "1", "groups": "{}"], [.calculateBasic]),
    ("permissions", ["scope": nil, "permissions": #"["calculate:basic"]"#], []),
  ]

  /// ATTACKS O10
  @Test(arguments: unmapped)
  func withoutAFileAScopeIsItsName(
    _ name: String, _ claims: [String: String?], _ expected: PermissionSet
  ) throws {
    #expect(try Fixture.identity(claims).permissions == expected)
    #expect(try Self.permissions("{}", claims) == expected)
  }

  // MARK: With a file

  static let all = #"["calculate:basic","calculate:advanced"]"#
  static let both =
    #"{"scopes":{"use":["calculate:basic"],"all":"advanced"},"roles":{"user":"basic","boss":"admin"}}"#
  static let users = #"{"scopes":{"all":"admin"},"subjects":{"anshika":"advanced"}}"#
  static let groups = #"{"scopes":{"all":"admin"},"groups":{"g1":"basic","g2":["tokens:manage"]}}"#

  static let mapped: [(String, String, [String: String?], PermissionSet)] = [
    // Scopes
    (
      "a scope", #"{"scopes":{"use":["calculate:basic"]}}"#, ["scope": #""use""#], [.calculateBasic]
    ),
    (
      "a role's name", #"{"scopes":{"use":"advanced"}}"#, ["scope": #""use""#],
      [.calculateBasic, .calculateAdvanced, .upstreamRead]
    ),
    ("the name of a permission", #"{"scopes":{"use":"advanced"}}"#, [:], []),
    ("no entries", #"{"scopes":{}}"#, [:], []),
    ("an entry of nothing", #"{"scopes":{"use":[]}}"#, ["scope": #""use""#], []),
    ("the guest's role", #"{"scopes":{"use":"guest"}}"#, ["scope": #""use""#], []),
    ("a name in another form", #"{"scopes":{"\u00e9":"basic"}}"#, ["scope": #""e\u0301""#], []),
    // Both sides
    ("the client may less", both, ["scope": #""use""#, "roles": #"["boss"]"#], [.calculateBasic]),
    ("the user may less", both, ["scope": #""all""#, "roles": #"["user"]"#], [.calculateBasic]),
    (
      "several roles", both, ["scope": #""all""#, "roles": #"["x","user","boss"]"#],
      [.calculateBasic, .calculateAdvanced, .upstreamRead]
    ),
    ("no role", both, ["scope": #""all""#], []),
    (
      "an unknown role", both,
      ["scope": #""all""#, "roles": #"["root"]"#], []
    ),
    ("a role as text", both, ["scope": #""use""#, "roles": #""boss""#], [.calculateBasic]),
    ("roles in a text", both, ["scope": #""use""#, "roles": #""user boss""#], []),
    ("no scope", both, ["scope": nil, "roles": #"["boss"]"#], []),
    ("an unknown scope", both, ["scope": #""mail""#, "roles": #"["boss"]"#], []),
    ("no roles in the table", #"{"roles":{}}"#, ["roles": #"["boss"]"#], []),
    // Roles alone: a scope is its name
    ("roles and a scope", #"{"roles":{"r":"admin"}}"#, ["roles": #"["r"]"#], [.calculateBasic]),
    ("roles, no scope", #"{"roles":{"r":"admin"}}"#, ["scope": nil, "roles": #"["r"]"#], []),
    // A client that acts for itself
    (
      "a client's roles (Entra)", #"{"roles":{"r":"basic"}}"#,
      ["scope": nil, "idtyp": #""app""#, "roles": #"["r"]"#], [.calculateBasic]
    ),
    (
      "a client's roles and scopes", both,
      ["sub": #""agent""#, "scope": #""use""#, "roles": #"["boss"]"#], [.calculateBasic]
    ),
    ("a client without a role", both, ["sub": #""agent""#, "scope": nil], []),
    (
      "a client and scopes alone", #"{"scopes":{"use":"basic"}}"#,
      ["sub": #""agent""#, "scope": nil], []
    ),
    // Subjects
    ("a user", users, ["scope": #""all""#], [.calculateBasic, .calculateAdvanced, .upstreamRead]),
    ("another user", users, ["scope": #""all""#, "sub": #""Anshika""#], []),
    ("a client with a user's name", users, ["scope": #""all""#, "client_id": #""anshika""#], []),
    (
      "a client with a user's name, no scope", users, ["scope": nil, "client_id": #""anshika""#], []
    ),
    ("a subject without a client", users, ["scope": #""all""#, "client_id": nil], []),
    // Groups
    (
      "groups", groups, ["scope": #""all""#, "groups": #"["g1","g2"]"#],
      [.calculateBasic, .tokensManage]
    ),
    (
      "too many groups (Entra)", groups,
      [
        "scope": #""all""#, "_claim_names": #"{"groups":"src1"}"#,
        "_claim_sources": #"{"src1":{"endpoint":"https://127.0.0.1/"}}"#,
      ], []
    ),
    ("too many groups (Entra, implicit)", groups, ["scope": #""all""#, "hasgroups": "true"], []),
    (
      "a role or a group or a subject",
      #"{"scopes":{"all":"admin"},"roles":{"r":["calculate:basic"]},"groups":{"g":["calculate:advanced"]},"subjects":{"anshika":["tokens:manage"]}}"#,
      ["scope": #""all""#, "roles": #"["r"]"#, "groups": #"["g"]"#],
      [.calculateBasic, .calculateAdvanced, .tokensManage]
    ),
  ]

  /// ATTACKS O8, O9, O10
  @Test(arguments: mapped)
  func grantsWhatBothSidesGrant(
    _ name: String, _ file: String, _ claims: [String: String?], _ expected: PermissionSet
  ) throws {
    #expect(try Self.permissions(file, claims) == expected)
  }

  static let names: [(String, String, [String: String?], JWTError)] = [
    ("roles as number", both, ["roles": "1"], .malformedClaim("roles")),
    ("roles with a number", both, ["roles": #"["user",1]"#], .malformedClaim("roles")),
    ("257 roles", both, ["roles": TokenAttack.strings(257)], .malformedClaim("roles")),
    ("groups as object", groups, ["groups": "{}"], .malformedClaim("groups")),
    ("257 groups", groups, ["groups": TokenAttack.strings(257)], .malformedClaim("groups")),
  ]

  /// ATTACKS O7
  @Test(arguments: names)
  func refusesRolesThatAreNoNames(
    _ name: String, _ file: String, _ claims: [String: String?], _ error: JWTError
  ) throws {
    let policy = try Fixture.policy(permissions: Self.map(file))
    #expect(Fixture.failure(TestIssuer.token(claims), under: policy) == .invalidToken(error))
  }

  // MARK: Places of claims

  static let paths: [(String, String, [String: String?], Bool)] = [
    ("a name", #""r""#, ["r": #"["x"]"#], true),
    ("another name", #""r""#, ["roles": #"["x"]"#], false),
    ("a path (Keycloak)", #""realm_access.roles""#, ["realm_access": #"{"roles":["x"]}"#], true),
    (
      "a longer path (Keycloak)", #""resource_access.calculator.roles""#,
      ["resource_access": #"{"calculator":{"roles":["x"]}}"#], true
    ),
    (
      "a name with dots (Auth0)", #""https://example.com/roles""#,
      ["https://example.com/roles": #"["x"]"#], true
    ),
    (
      "names with dots in a path", #"["resource_access","https://mcp.example","roles"]"#,
      ["resource_access": #"{"https://mcp.example":{"roles":["x"]}}"#], true
    ),
    ("an array is no path with dots", #"["a.b","c"]"#, ["a": #"{"b":{"c":["x"]}}"#], false),
    ("no object on the path", #""a.b""#, ["a": #"["b"]"#], false),
    ("the path ends early", #""a.b""#, ["a": #"{"c":["x"]}"#], false),
    ("a name that only looks like it", #""\u00e9""#, ["e\u{301}": #"["x"]"#], false),
  ]

  @Test(arguments: paths)
  func findsTheRoles(
    _ name: String, _ path: String, _ claims: [String: String?], _ isFound: Bool
  ) throws {
    let expected: PermissionSet = isFound ? [.calculateBasic] : []
    for table in ["roles", "groups"] {
      let file = #"{"\#(table)":{"x":"basic"},"claims":{"\#(table)":\#(path)}}"#
      #expect(try Self.permissions(file, claims) == expected)
    }
  }

  /// The whole text is one name if the token has it.
  @Test func aNameComesBeforeAPath() throws {
    let file = #"{"roles":{"x":"basic"},"claims":{"roles":"a.b"}}"#
    #expect(
      try Self.permissions(file, ["a": #"{"b":["x"]}"#, "a.b": "[]"]) == [])
  }

  // MARK: Challenges

  static let challenges: [(String, String, Permission, [String])] = [
    ("without tables", "{}", .calculateAdvanced, ["calculate:advanced"]),
    ("the first that grants it", both, .calculateBasic, ["use"]),
    ("the only one", both, .calculateAdvanced, ["all"]), ("none", both, .tokensManage, []),
    ("in the order of the file", #"{"scopes":{"z":"basic","a":"basic"}}"#, .calculateBasic, ["z"]),
    ("roles alone", #"{"roles":{"r":"basic"}}"#, .calculateBasic, ["calculate:basic"]),
  ]

  @Test(arguments: challenges)
  func namesTheScopesToAskFor(
    _ name: String, _ file: String, _ permission: Permission, _ scopes: [String]
  ) throws {
    #expect(try Self.map(file).scopes(for: permission) == scopes)
  }

  // MARK: Files

  static func entry(_ name: String) -> String {
    """
    "\(name)" in "scopes" must be an array of calculate:basic, calculate:advanced, tokens:manage, upstream:read, upstream:write, or \
    one of the roles guest, basic, advanced, admin
    """
  }
  static let path = #""roles" must be the name of a claim, or the path to it"#

  static func file(entries: Int) -> String {
    let half = (0..<entries / 2).map { #""\#($0)":[]"# }.joined(separator: ",")
    let rest = (0..<entries - entries / 2).map { #""\#($0)":[]"# }.joined(separator: ",")
    return #"{"scopes":{\#(half)},"roles":{\#(rest)}}"#
  }

  static let files: [(String, String, Int, String)] = [
    ("nothing", "", 1, "the file ends in the middle"),
    (
      "a name twice", "{\"scopes\":\n{\"a\":[],\"a\":[]}}", 2,
      "an object that begins here has one name twice"
    ),
    ("an array", "[]", 1, "the file must be an object"),
    (
      "another member", "{\"scopes\":{},\n\"hunter2\":{}}", 2,
      "only scopes, roles, groups, subjects, claims may stand here"
    ),
    (
      "another case", #"{"Scopes":{}}"#, 1,
      "only scopes, roles, groups, subjects, claims may stand here"
    ),
    ("scopes as array", "{\n\"scopes\":[]}", 2, #""scopes" must be an object"#),
    ("roles null", #"{"roles":null}"#, 1, #""roles" must be an object"#),
    ("groups as text", #"{"groups":"g"}"#, 1, #""groups" must be an object"#),
    ("subjects as number", #"{"subjects":1}"#, 1, #""subjects" must be an object"#),
    ("claims as text", #"{"claims":"roles"}"#, 1, #""claims" must be an object"#),
    (
      "an unknown permission", "{\"scopes\":{\"a\":[],\n\"b\":[\"calculate:basic\",\"hunter2\"]}}",
      2, entry("b")
    ),
    ("an unknown role", #"{"scopes":{"a":"root"}}"#, 1, entry("a")),
    ("a permission as a role", #"{"scopes":{"a":"calculate:basic"}}"#, 1, entry("a")),
    ("a role in an array", #"{"scopes":{"a":["basic"]}}"#, 1, entry("a")),
    ("a number", #"{"scopes":{"a":1}}"#, 1, entry("a")),
    ("null", #"{"scopes":{"a":null}}"#, 1, entry("a")),
    (
      "a long name with control characters",
      #"{"scopes":{"\u001b[2J\#(String(repeating: "a", count: 200))":1}}"#, 1,
      entry("[2J" + String(repeating: "a", count: 97))
    ),
    (
      "another claim", #"{"claims":{"scopes":"s"}}"#, 1,
      #"only roles, groups may stand in "claims""#
    ),
    ("a claim as number", #"{"claims":{"roles":1}}"#, 1, path),
    ("a claim without name", #"{"claims":{"roles":""}}"#, 1, path),
    ("a path without names", #"{"claims":{"roles":[]}}"#, 1, path),
    ("a path of nine", #"{"claims":{"roles":["1","2","3","4","5","6","7","8","9"]}}"#, 1, path),
    ("a path with an empty name", #"{"claims":{"roles":["a",""]}}"#, 1, path),
    ("1025 entries", file(entries: 1025), 1, "the file has more than 1024 entries"),
    (
      "64 KiB and a byte", "{}" + String(repeating: " ", count: 65535), 1,
      "the file has more than 64 KiB"
    ),
  ]

  /// ATTACKS O10
  @Test(arguments: files)
  func refusesAFile(_ name: String, _ file: String, _ line: Int, _ reason: String) {
    #expect(throws: SettingsFileError(line: line, reason: reason)) { try Self.map(file) }
  }

  @Test func acceptsTheLargestFiles() throws {
    #expect(try Self.map("{}" + String(repeating: " ", count: 65534)) == .scopesAreNames)
    #expect(try Self.map(Self.file(entries: 1024)).scopes?.names.count == 512)
    let path = #"{"claims":{"roles":["1","2","3","4","5","6","7","8"]}}"#
    #expect(try Self.map(path).rolesClaim.names.count == 8)
  }
}
