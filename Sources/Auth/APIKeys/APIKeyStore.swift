package import Support
internal import Crypto

/// The API keys of an HTTP server. The time of a lookup does not depend on the number of keys.
///
/// It depends on the digest of the key that was sent, but that reveals nothing useful: a caller can
/// choose a key but not its digest, and a known digest does not reveal its key (ASVS 11.2.4).
package struct APIKeyStore: Sendable {
  private var keys: [UInt128: APIKey] = [:]
  /// Whether some keys may be short or known words.
  package let canBeGuessed: Bool

  package var count: Int { keys.count }

  /// Of two entries with the same digest the last one applies. Pass the keys of the credentials
  /// file last: then their role and expiry apply if the environment has the same key.
  package init(_ keys: [APIKey], canBeGuessed: Bool = false) {
    self.canBeGuessed = canBeGuessed
    self.keys.reserveCapacity(keys.count)
    for key in keys { self.keys[key.digest.firstHalf] = key }
  }

  /// Finds a key by its digest, then compares the digest in constant time.
  package func key(for secret: Secret) -> APIKey? {
    key(for: SHA256Digest(of: secret.exposed.utf8))
  }

  func key(for digest: SHA256Digest) -> APIKey? {
    guard let key = keys[digest.firstHalf], key.digest.isEqual(to: digest) else { return nil }
    return key
  }
}
