package import Auth
private import Crypto
internal import Support

/// Secrets for one purpose, as digests. A secret for another purpose must not be equal to one of
/// them: whoever has the one would also have the other (ATTACKS S24).
package struct OtherSecret {
  let variable: String
  private let digests: [SHA256Digest]

  package init(_ keys: APIKeyList, variable: String) {
    self.variable = variable
    digests = keys.digests
  }

  package init(_ source: SecretSource) {
    variable = source.variable
    digests = [SHA256Digest(of: source.secret.exposed.utf8)]
  }

  /// Keys of a credentials file.
  package init(_ keys: [APIKey], variable: String) {
    self.variable = variable
    digests = keys.map(\.digest)
  }

  fileprivate func contains(one other: OtherSecret) -> Bool {
    other.digests.contains { one in digests.contains { $0.isEqual(to: one) } }
  }
}

extension EnvironmentReader {
  /// Reports an error if the secret is equal to one of the others.
  package mutating func check(_ secret: OtherSecret, unlike others: [OtherSecret]) {
    if let other = others.first(where: { $0.contains(one: secret) }) {
      report(.sameSecret(variable: secret.variable, other: other.variable))
    }
  }
}
