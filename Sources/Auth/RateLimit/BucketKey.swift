private import Crypto
package import Support

/// The key of a caller's bucket: 16 bytes, whatever the length of the caller's name.
package struct BucketKey: Sendable, Hashable {
  private let value: Bits128

  /// The key of an identity. It is the same for every token of one user, so that a new token does
  /// not give a new bucket (R7).
  ///
  /// It is the first half of a digest: it is infeasible to find a name with the key of another name
  /// or of an address.
  package init(_ identity: Identity) {
    // A subject has no line feed, so no two pairs of issuer and subject give the same text.
    let issuer = identity.provider.map { $0.issuer + "\n" } ?? ""
    let text = identity.method.rawValue + ":" + issuer + identity.subject.text
    value = Bits128(SHA256Digest(of: text.utf8).firstHalf)
  }

  /// The key of a client's address or network.
  package init(address: Bits128) { value = address }
}
