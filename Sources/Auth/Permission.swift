private import Support

/// What an identity may do. The name is an OAuth scope (RFC 6749 §3.3).
///
/// The set of names is open: tokens may contain names other than those below. Such names grant
/// nothing here.
package struct Permission: RawRepresentable, Sendable, Hashable {
  package let rawValue: String

  /// `nil` unless the name is a scope token (RFC 6749 §3.3): visible ASCII without `"` and `\`.
  package init?(rawValue: String) {
    let isScopeToken = rawValue.utf8.allSatisfy {
      0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    guard isScopeToken, !rawValue.isEmpty else { return nil }
    self.rawValue = rawValue
  }

  /// `nil` unless the name is one of `all`.
  package init?(known name: String) {
    guard let permission = Permission(rawValue: name), Self.all.contains(permission) else {
      return nil
    }
    self = permission
  }

  private init(_ name: StaticString) { rawValue = name.description }

  /// add, subtract, multiply, divide
  package static let calculateBasic = Permission("calculate:basic")
  /// power, modulo, square_root
  package static let calculateAdvanced = Permission("calculate:advanced")
  /// Revoking the tokens of other users.
  package static let tokensManage = Permission("tokens:manage")

  /// Reading numbers from another service.
  package static let upstreamRead = Permission("upstream:read")
  /// Starting something at another service.
  package static let upstreamWrite = Permission("upstream:write")

  /// The permissions of the calculator, in the order in which a server lists them.
  package static let known = [calculateBasic, calculateAdvanced, tokensManage]
  /// The permissions of tools that call other services. Only servers with such tools list them.
  package static let upstream = [upstreamRead, upstreamWrite]
  package static let all = known + upstream
}

package typealias PermissionSet = Set<Permission>

extension PermissionSet {
  /// The permissions that this server knows, always in the same order.
  package var knownInOrder: [Permission] { Permission.known.filter(contains) }
}
