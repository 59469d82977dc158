import Testing

@testable import Auth

struct PermissionTests {
  /// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
  @Test(arguments: 0...0x17F as ClosedRange<UInt32>)
  func takesTheBytesOfScopeTokens(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let isAllowed = 0x21...0x7E ~= value && value != 0x22 && value != 0x5C
    #expect((Permission(rawValue: "a\(scalar)") != nil) == isAllowed)
  }

  @Test func aNameIsNotEmpty() { #expect(Permission(rawValue: "") == nil) }

  /// T34: names are compared as bytes, and only those of this server are known.
  @Test(
    arguments: [
      ("calculate:basic", .calculateBasic), ("calculate:advanced", .calculateAdvanced),
      ("tokens:manage", .tokensManage), ("upstream:read", .upstreamRead),
      ("upstream:write", .upstreamWrite), ("calculate", nil), ("Calculate:basic", nil), ("*", nil),
      ("calculate:basic ", nil), ("calculate:ba\u{17F}ic", nil), ("repo:read", nil), ("", nil),
    ] as [(String, Permission?)])
  func knows(_ name: String, _ expected: Permission?) {
    #expect(Permission(known: name) == expected)
  }

  /// T34: further names stay in the set, and are not listed.
  @Test func listsWhatItKnowsInOrder() throws {
    let further = try #require(Permission(rawValue: "repo:read"))
    let set: PermissionSet = [.tokensManage, further, .calculateBasic]
    #expect(set.count == 3)
    #expect(set.knownInOrder == [.calculateBasic, .tokensManage])
  }

  /// Only a role that may do more than calculate reaches another service.
  @Test(
    arguments: [
      (.guest, []), (.basic, []), (.advanced, [.upstreamRead]),
      (.admin, [.upstreamRead, .upstreamWrite]),
    ] as [(Role, [Permission])])
  func rolesReachOtherServices(_ role: Role, _ further: [Permission]) {
    #expect(role.allPermissions == role.permissions.union(further))
    #expect(role.permissions.isDisjoint(with: Permission.upstream))
  }

  @Test func rolesGrow() {
    let roles = Role.allCases
    #expect(roles.map(\.permissions.count) == [0, 1, 2, 3])
    for (smaller, larger) in zip(roles, roles.dropFirst()) {
      #expect(smaller.permissions.isSubset(of: larger.permissions))
    }
  }
}
