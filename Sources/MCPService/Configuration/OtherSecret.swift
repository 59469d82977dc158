package import Auth
private import JSON
internal import Support

/// A secret for one purpose. No other secret may be equal to it: a person who learns one would have
/// both.
package struct OtherSecret {
  let variable: String
  let isEqual: (Secret) -> Bool

  package init(_ keys: APIKeyList, variable: String) {
    self.variable = variable
    isEqual = keys.contains
  }

  package init(_ source: SecretSource) {
    variable = source.variable
    isEqual = { $0.exposed.hasSameBytes(as: source.secret.exposed) }
  }
}

extension EnvironmentReader {
  /// Reports an error if the secret is equal to one of the others.
  package mutating func check(_ source: SecretSource, unlike others: [OtherSecret]) {
    if let other = others.first(where: { $0.isEqual(source.secret) }) {
      report(.sameSecret(variable: source.variable, other: other.variable))
    }
  }
}
