private import Support

/// A set of permissions, one bit for each: it takes no memory of its own and counts no owners,
/// however often a request hands it on.
package struct PermissionSet: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var bits: UInt8

  private init(bits: UInt8) { self.bits = bits }

  package init(_ permissions: some Sequence<Permission>) {
    bits = permissions.reduce(0) { $0 | $1.bit }
  }

  package init(arrayLiteral permissions: Permission...) { self.init(permissions) }

  package var isEmpty: Bool { bits == 0 }

  /// Always in the same order, for tokens and sentences.
  package var inOrder: [Permission] { Permission.allCases.filter(contains) }

  package func contains(_ permission: Permission) -> Bool { bits & permission.bit != 0 }
  package func isSubset(of other: PermissionSet) -> Bool { bits & other.bits == bits }

  package mutating func insert(_ permission: Permission) { bits |= permission.bit }

  package func intersection(_ other: PermissionSet) -> PermissionSet {
    PermissionSet(bits: bits & other.bits)
  }
}

extension Permission {
  fileprivate var bit: UInt8 {
    switch self {
    case .calculateBasic: 1
    case .calculateAdvanced: 2
    case .tokensManage: 4
    }
  }
}
