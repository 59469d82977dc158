import Auth
import JOSE
import Support
import TestSupport

@testable import ResourceServer

/// A policy, and valid and forged tokens for it.
enum ProviderFixture {
  static let now = TestIssuer.now
  static let policy = policy()

  static func policy(
    audiences: [String] = [TestIssuer.audience],
    types: Set<ProviderTokenType> = [.accessToken], leeway: Duration = .seconds(30),
    permissions: PermissionMap = .scopesAreNames, namesInLog: Bool = false
  ) -> ProviderTokenPolicy {
    ProviderTokenPolicy(
      issuer: TestIssuer.url, audiences: audiences, types: types, leeway: leeway,
      permissions: permissions, namesInLog: namesInLog)
  }

  static func set(_ jwks: [String]) -> PublicKeySet {
    guard let set = try? PublicKeySet(Array(TestIssuer.jwks(jwks).utf8)) else {
      fatalError("not a JWK set")
    }
    return set
  }

  static let keys = set([TestSigningKey.ed25519.jwk(), TestSigningKey.rsa.jwk()])

  /// Why the token is refused; `nil` if it is accepted.
  static func failure(
    _ token: String, keys: PublicKeySet = keys, under policy: ProviderTokenPolicy = policy
  ) -> AuthenticationError? {
    do throws(AuthenticationError) {
      _ = try policy.verify(token, keys: keys, now: now)
      return nil
    } catch { return error }
  }

  static func identity(
    _ claims: [String: String?] = [:], header: [String: String?] = [:],
    under policy: ProviderTokenPolicy = policy
  ) throws -> Identity {
    try policy.verify(TestIssuer.token(claims, header: header), keys: keys, now: now)
  }
}
