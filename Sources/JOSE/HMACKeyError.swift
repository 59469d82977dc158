private import Support

/// Why a secret is no key.
package enum HMACKeyError: Error, Sendable, Equatable {
  case empty
  /// Under 32 bytes (RFC 7518 §3.2).
  case tooShort
}
