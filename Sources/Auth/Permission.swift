private import Support

/// What an identity may do: one vocabulary for tools, tokens and OAuth scopes (RFC 6749 §3.3).
package enum Permission: String, Sendable, Hashable, CaseIterable {
  /// add, subtract, multiply, divide
  case calculateBasic = "calculate:basic"
  /// power, modulo, square_root
  case calculateAdvanced = "calculate:advanced"
  /// Revoking the tokens of others.
  case tokensManage = "tokens:manage"
}
