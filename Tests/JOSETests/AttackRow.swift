import Testing

@testable import JOSE

/// A token that must be refused, and why.
struct AttackRow: CustomTestStringConvertible, Sendable {
  let name: String
  let token: String
  let type: TokenType
  let failure: TokenFailure
  var testDescription: String { name }

  init(_ name: String, _ token: String, _ failure: TokenFailure, as type: TokenType = .accessToken)
  {
    (self.name, self.token, self.failure, self.type) = (name, token, failure, type)
  }

  /// A header that was changed, under a signature that holds.
  static func header(_ name: String, _ changes: [String: String?], _ failure: TokenFailure)
    -> AttackRow
  {
    AttackRow(name, Fixture.token(header: changes), failure)
  }

  /// Claims that were changed, under a signature that holds.
  static func claims(_ name: String, _ changes: [String: String?], _ failure: TokenFailure)
    -> AttackRow
  {
    AttackRow(name, Fixture.token(claims: changes), failure)
  }
}
