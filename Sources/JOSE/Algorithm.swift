private import Support

/// How a secret key signs (RFC 7518 §3.1). `none` is not in the list, so no key can have it. Public
/// keys have a `PublicKeyAlgorithm`.
package enum Algorithm: String, Sendable {
  case hs256 = "HS256"
}
