package import Support
package import Crypto

/// The API keys of a setting, stored as digests in the order of the setting.
package struct APIKeyList: Sendable {
  /// In characters. 16 random characters of an alphabet of 64 have 96 bits.
  package static let minimumLength = 16
  package static let maximumLength = 512

  package let digests: [SHA256Digest]
  /// The keys that can be sent as `X-API-Key` only, with the reason. Places are counted from 1.
  package private(set) var bearerProblems: [(place: Int, problem: BearerProblem)] = []

  package var isEmpty: Bool { digests.isEmpty }
  package var count: Int { digests.count }

  package init() { digests = [] }

  /// Parses a list such as `first,second`. For a rotation, add the new key, then remove the old
  /// one.
  /// - Throws: `APIKeyError`, which names the key by its place in the list, never by its text.
  package init(list: Secret, allowingWeak: Bool) throws(APIKeyError) {
    var digests: [SHA256Digest] = []
    var problems: [(place: Int, problem: BearerProblem)] = []
    for part in Array(list.exposed.utf8).split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    {
      let key = ASCII.trimmed(part)
      try Self.check(key, place: digests.count + 1, allowingWeak: allowingWeak)
      digests.append(SHA256Digest(of: key))
      if let problem = BearerProblem(of: key) { problems.append((digests.count, problem)) }
    }
    self.digests = digests
    bearerProblems = problems
  }

  /// The keys, named `key-1`, `key-2` and so on.
  package func keys(role: Role) -> [APIKey] {
    digests.enumerated().map { index, digest in
      APIKey(
        name: Subject(constant: "key-\(index + 1)"), digest: digest, role: role, expires: nil)
    }
  }

  /// Whether `secret` is one of the keys.
  package func contains(_ secret: Secret) -> Bool {
    let digest = SHA256Digest(of: secret.exposed.utf8)
    return digests.contains { $0.isEqual(to: digest) }
  }

  /// Whether a text can be a key at all: 1 to 512 visible ASCII characters.
  static func isPossible(_ text: String) -> Bool {
    1...maximumLength ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
  }

  private static func check(_ key: ArraySlice<UInt8>, place: Int, allowingWeak: Bool)
    throws(APIKeyError)
  {
    if key.isEmpty { throw .empty(place) }  // an empty key would match an empty token
    // Check before the space: $(openssl rand -hex 32) contains spaces.
    if key.starts(with: "$(".utf8) { throw .reference(place) }
    if key.contains(0x20) { throw .space(place) }
    guard key.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .notVisibleASCII(place) }
    if key.count > maximumLength { throw .tooLong(place) }
    if let first = key.first, key.count > 1, let last = key.last,
      SecretForm.areQuotes(Unicode.Scalar(first), Unicode.Scalar(last))
    {
      throw .inQuotes(place)
    }
    if Placeholder.matches(key) { throw .placeholder(place) }  // ATTACKS S19
    if key.count < minimumLength, !allowingWeak { throw .tooShort(place) }
  }
}
