package import Support
internal import Crypto

/// The API keys of an HTTP server. To find one among 100,000 costs no more than among one.
///
/// The time of a look into a hash table depends on the digest of what was sent. That tells nothing
/// of use: a caller can choose a key but not its digest, and whoever knew a whole digest would still
/// have to find the key for it (ASVS 11.2.4).
package struct APIKeyStore: Sendable {
  private var keys: [UInt128: APIKey] = [:]
  /// Whether some may be short or known words.
  package let canBeGuessed: Bool

  package var count: Int { keys.count }

  /// Of two entries with one digest the later counts, so that a key's line in the file, with its
  /// role and its end, stands above the same key in the environment: pass the file's keys last.
  package init(_ keys: [APIKey], canBeGuessed: Bool = false) {
    self.canBeGuessed = canBeGuessed
    self.keys.reserveCapacity(keys.count)
    for key in keys { self.keys[key.digest.firstHalf] = key }
  }

  /// A key is found by its digest, then compared once in constant time.
  package func key(for secret: Secret) -> APIKey? {
    key(for: SHA256Digest(of: secret.exposed.utf8))
  }

  func key(for digest: SHA256Digest) -> APIKey? {
    guard let key = keys[digest.firstHalf], key.digest.isEqual(to: digest) else { return nil }
    return key
  }
}
