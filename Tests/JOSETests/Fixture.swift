import Support
import JSON

@testable import JOSE

/// A verifier, its keys and tokens for it, honest or forged.
enum Fixture {
  static let now = 1_790_000_000_000
  static let secret = [UInt8](1...48)
  static let key = key(secret)
  static let previous = key([UInt8](2...49))
  static let stranger = key([UInt8](3...50))
  static let keys = KeySet(current: key, previous: [previous])
  static let verifier = TokenVerifier(issuer: "https://calculator", audience: "mcp", keys: keys)

  /// What an honest header has, in the signer's order.
  static let header: [(String, String)] = [
    ("alg", #""HS256""#), ("kid", #""\#(key.id)""#), ("typ", #""at+jwt""#),
  ]

  /// What an honest payload has.
  static let claims: [(String, String)] = [
    ("iss", #""https://calculator""#), ("sub", #""anshika""#), ("aud", #""mcp""#),
    ("iat", "1790000000"), ("exp", "1790003600"), ("jti", #""1""#),
    ("permissions", #"["calculate:basic"]"#),
  ]

  /// The JSON text of `members`; a change names a member, old or new, and its JSON text or `nil`.
  static func text(_ members: [(String, String)], _ changes: [String: String?] = [:]) -> String {
    let kept = members.compactMap { name, text -> (String, String)? in
      guard let change = changes[name] else { return (name, text) }
      return change.map { (name, $0) }
    }
    let new = changes.filter { name, _ in !members.contains { $0.0 == name } }
    return object(kept + new.sorted { $0.key < $1.key }.compactMap { n, t in t.map { (n, $0) } })
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

  static func base64(_ text: String) -> String {
    Base64.url.text(of: Array(text.utf8))
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

  private static func key(_ secret: [UInt8]) -> HMACKey {
    guard let key = try? HMACKey(secret: secret) else { fatalError("a secret is too short") }
    return key
  }

  private static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
  }
}
