private import Crypto
package import Support

/// Whose bucket it is, in 16 bytes however long the name is.
package struct BucketKey: Sendable, Hashable {
  private let value: Bits128

  /// The same for every token of one user, so that a new `jti` brings no new bucket (R7).
  ///
  /// The first half of a digest: it is infeasible to find a name with the key of another name or of
  /// an address.
  package init(_ identity: Identity) {
    let text = identity.method.rawValue + ":" + identity.subject
    value = Bits128(SHA256Digest(of: text.utf8).firstHalf)
  }

  /// The address of a client, or a network around it.
  package init(address: Bits128) { value = address }
}
