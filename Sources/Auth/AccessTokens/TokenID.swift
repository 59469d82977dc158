private import Support
private import Crypto

/// The name of a token or of a family, in 16 bytes however long it is on the wire.
package struct TokenID: Sendable, Hashable {
  private let value: UInt128

  /// The first half of a SHA-256 digest: nobody finds two names with the same one.
  package init(_ name: String) {
    value = SHA256Digest(of: name.utf8).firstHalf
  }
}
