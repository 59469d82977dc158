import JSON
import Support
import TestSupport

@testable import JOSE

/// A key set, and valid and forged tokens for it.
enum Fixture {
  static let secret = Array(TokenAttack.secret.utf8)
  static let key = key(secret)
  static let previous = key([UInt8](2...49))
  static let keys = KeySet(current: key, previous: [previous])

  static let header = TokenAttack.header
  static let claims = TokenAttack.claims

  static func text(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
    TokenAttack.text(members, changes)
  }

  /// A token with this header and payload and a valid signature.
  static func token(header: String, payload: String, key: HMACKey = Fixture.key) -> String {
    CompactJWS.text(header: Array(header.utf8), payload: Array(payload.utf8), key: key)
  }

  /// A token with changed members of the header and a valid signature.
  static func token(header: [String: String?] = [:], key: HMACKey = Fixture.key) -> String {
    token(header: text(Self.header, header), payload: text(Self.claims), key: key)
  }

  /// Base64url of the signature over `input`.
  static func signature(over input: String) -> String {
    Base64.url.text(of: key.signature(over: Array(input.utf8)[...]))
  }

  /// The steps of `AccessTokenVerifier.verify` as far as the signature. `nil` if it is valid.
  /// - Parameter type: `nil` for a token whose type does not matter.
  static func failure(_ text: String, as type: String? = "at+jwt", keys: KeySet = Fixture.keys)
    -> JWTError?
  {
    do throws(JWTError) {
      let token = try CompactJWS(text)
      let header = try JWSHeader(token.header)
      if let type, !header.hasType(type) { throw .wrongType }
      let key = try keys.key(for: header)
      guard key.isValid(token.signature, over: token.signingInput) else { throw .wrongSignature }
      return nil
    } catch { return error }
  }

  private static func key(_ secret: [UInt8]) -> HMACKey {
    guard let key = try? HMACKey(secret: secret) else { fatalError("a secret is too short") }
    return key
  }
}
