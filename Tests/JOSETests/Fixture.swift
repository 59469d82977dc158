import Support
import JSON
import TestSupport

@testable import JOSE

/// A verifier, its keys and tokens for it, honest or forged.
enum Fixture {
  static let now = TokenAttack.now * 1000
  static let secret = Array(TokenAttack.secret.utf8)
  static let key = key(secret)
  static let previous = key([UInt8](2...49))
  static let stranger = key([UInt8](3...50))
  static let keys = KeySet(current: key, previous: [previous])
  static let verifier = TokenVerifier(
    issuer: TokenAttack.issuer, audience: TokenAttack.audience, keys: keys)

  static let header = TokenAttack.header
  static let claims = TokenAttack.claims

  static func text(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
    TokenAttack.text(members, changes)
  }

  /// A token with that header and payload and a signature that holds.
  static func token(header: String, payload: String, key: HMACKey = Fixture.key) -> String {
    TokenSigner.compact(header: Array(header.utf8), payload: Array(payload.utf8), key: key)
  }

  /// An honest token but for the changes.
  static func token(
    header: [String: String?] = [:], claims: [String: String?] = [:], key: HMACKey = Fixture.key
  ) -> String {
    token(header: text(Self.header, header), payload: text(Self.claims, claims), key: key)
  }

  /// Base64url of the signature over `input`.
  static func signature(over input: String) -> String {
    Base64.url.text(of: key.signature(over: Array(input.utf8)[...]))
  }

  /// `nil` where the token is accepted.
  static func failure(_ token: String, as type: TokenType = .accessToken) -> TokenFailure? {
    do throws(TokenFailure) {
      _ = try verifier.verify(token, as: type, now: now)
      return nil
    } catch { return error }
  }

  /// Also of a secret that is too short.
  static func weakKey(_ secret: String) -> HMACKey {
    guard let key = try? HMACKey(secret: Array(secret.utf8), allowingWeak: true) else {
      fatalError("a secret is empty")
    }
    return key
  }

  private static func key(_ secret: [UInt8]) -> HMACKey {
    guard let key = try? HMACKey(secret: secret) else { fatalError("a secret is too short") }
    return key
  }
}
