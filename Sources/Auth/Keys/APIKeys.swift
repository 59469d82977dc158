private import Support
internal import OpenSSLCrypto

/// The API keys that are valid now, as digests, in the order of the configuration.
package struct APIKeys: Sendable {
  /// In characters; 16 of them at random from 64 are 96 bits.
  package static let minimumLength = 16
  package static let maximumLength = 512

  private let digests: [SHA256Digest]
  /// The place of each digest in `digests`, counted from 1, by the digest's first half.
  private let places: [UInt128: Int]
  /// Why a key can be sent as `X-API-Key` only, by its place in the list, counted from 1.
  package private(set) var bearerProblems: [(place: Int, problem: BearerProblem)] = []

  package var isEmpty: Bool { digests.isEmpty }
  package var count: Int { digests.count }

  /// No keys: nobody is recognised.
  package init() { self.init(digests: []) }

  init(digests: [SHA256Digest]) {
    self.digests = digests
    places = Dictionary(
      zip(digests.map(\.firstHalf), 1...), uniquingKeysWith: { first, _ in first })
  }

  /// Reads `first,second`: a new key can be added before the old one is taken away.
  /// - Throws: `APIKeyError`, which names the key by its place in the list, never by its text.
  package init(list: Secret, allowingWeak: Bool) throws(APIKeyError) {
    var digests: [SHA256Digest] = []
    var problems: [(place: Int, problem: BearerProblem)] = []
    for part in list.exposed.utf8.split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    {
      let key = trimmed(part)
      try Self.check(key, place: digests.count + 1, allowingWeak: allowingWeak)
      digests.append(SHA256Digest(of: key))
      if let problem = BearerProblem(of: key) { problems.append((digests.count, problem)) }
    }
    self.init(digests: digests)
    bearerProblems = problems
  }

  /// The same keys under the names `key-1`, `key-2` and so on.
  package func named(role: Role) -> [NamedKey] {
    digests.enumerated().map { index, digest in
      NamedKey(name: "key-\(index + 1)", digest: digest, role: role, expires: nil)
    }
  }

  /// Whether a text can be a key at all: 1 to 512 visible ASCII characters.
  static func isPossible(_ text: String) -> Bool {
    1...maximumLength ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
  }

  /// The place of the key, counted from 1, or `nil`.
  ///
  /// A key is found by its digest, then compared once in constant time. What the time of the look
  /// into the table tells of a digest is of no use: see `NamedKeys` (ASVS 11.2.4).
  package func place(of token: Secret) -> Int? {
    place(of: SHA256Digest(of: token.exposed.utf8))
  }

  func place(of digest: SHA256Digest) -> Int? {
    guard let place = places[digest.firstHalf], digests[place - 1].isEqual(to: digest) else {
      return nil
    }
    return place
  }

  private static func check(_ key: Substring.UTF8View, place: Int, allowingWeak: Bool)
    throws(APIKeyError)
  {
    if key.isEmpty { throw .empty(place) }  // an empty key would match an empty token
    // Before the space: $(openssl rand -hex 32) has some.
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

/// Without the spaces and tabs at both ends.
private func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
  func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
  var text = text.drop(while: isSpace)
  while let last = text.last, isSpace(last) { text.removeLast() }
  return text
}
