private import Support

/// How a key signs (RFC 7518 §3.1). `none` is not in the list, so no key can have it.
package enum Algorithm: String, Sendable {
  case hs256 = "HS256"
}
