private import OpenSSLCrypto

/// Whose bucket it is, in 16 bytes however long the name is.
///
/// Identities and addresses are not told apart: nobody finds a name whose digest is an address.
package struct BucketKey: Sendable, Hashable {
  private let value: UInt128

  /// The same for every token of one user, so that a new `jti` brings no new bucket (R7).
  package init(_ identity: Identity) {
    // A method has no NUL: no two pairs give the same bytes.
    let name = Array(identity.method.rawValue.utf8) + [0] + Array(identity.subject.utf8)
    value = SHA256Digest(of: name).firstHalf
  }

  /// An IP address; of IPv6 the /64, inside of which anybody has as many as they like (R3).
  package init(address: UInt128) { value = address }
}
