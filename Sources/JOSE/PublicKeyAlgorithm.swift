private import Support
private import JSON

/// How a public key verifies (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// HS256 is a case of `Algorithm`, which is another type. So no public key can have it, and no
/// setting can enable it for one (RFC 8725 §2.1).
package enum PublicKeyAlgorithm: Sendable, CaseIterable {
  case rs256
  case ps256
  case es256
  /// Ed25519 only. Ed448, which `EdDSA` also names, is not supported.
  case ed25519

  /// The names in `alg`, of a header or of a JWK.
  ///
  /// `EdDSA` (RFC 8037 §3.1) and `Ed25519` (RFC 9864 §2.2) are the same algorithm here. A provider
  /// can change from one to the other in its tokens before its keys, or after them.
  package var names: [String] {
    switch self {
    case .rs256: ["RS256"]
    case .ps256: ["PS256"]
    case .es256: ["ES256"]
    case .ed25519: ["EdDSA", "Ed25519"]
    }
  }

  /// RFC 7515 §4.1.1: names are case-sensitive.
  /// - Returns: `nil` for every other name, `none` and `HS256` included.
  package init?(name: String) {
    let found = Self.allCases.first { $0.names.contains { $0.hasSameBytes(as: name) } }
    guard let found else { return nil }
    self = found
  }
}
