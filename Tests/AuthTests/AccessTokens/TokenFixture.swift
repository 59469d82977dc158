import JSON
import Support
import TestSupport

@testable import Auth
@testable import JOSE

/// A token policy, and valid and forged tokens for it.
enum TokenFixture {
  /// In milliseconds since 1970.
  static let now = WallTime(milliseconds: TokenAttack.now * 1000)
  static let key = key(TokenAttack.secret)
  static let keys = KeySet(current: key)
  static let policy = AccessTokenPolicy(
    keys: keys, issuer: TokenAttack.issuer, audience: TokenAttack.audience)

  static func text(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
    TokenAttack.text(members, changes)
  }

  /// A token with changed claims and a valid signature.
  static func token(claims: [String: String?] = [:]) -> String {
    token(payload: Array(text(TokenAttack.claims, claims).utf8))
  }

  static func token(payload: [UInt8]) -> String {
    CompactJWS.text(header: Array(text(TokenAttack.header).utf8), payload: payload, key: key)
  }

  /// `nil` if the token is accepted.
  static func failure(
    _ token: String, as type: TokenType = .accessToken,
    under policy: AccessTokenPolicy = Self.policy
  ) -> JWTError? {
    do throws(JWTError) {
      _ = try policy.verify(token, as: type, now: now)
      return nil
    } catch { return error }
  }

  /// A key from any secret that is not empty.
  static func key(_ secret: String) -> HMACKey {
    guard let key = try? HMACKey(secret: Array(secret.utf8), allowingWeak: true) else {
      fatalError("a secret is empty")
    }
    return key
  }
}
