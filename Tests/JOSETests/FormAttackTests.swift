import Testing

@testable import JOSE

/// Malformed tokens that do not fit into a row of `TokenAttack`: RFC 7515 §5.2 and §7.1, RFC 8725
/// §3.4 and §3.12.
struct FormAttackTests {
  static let token = Fixture.token()
  static let parts = token.split(separator: ".").map(String.init)
  static let (header, payload, signature) = (parts[0], parts[1], parts[2])

  @Test func refusesNothing() { #expect(Fixture.failure("") == .notThreeParts) }

  /// RFC 4648 §3.5: the last character of the signature has two unused bits, so four characters
  /// have the same meaning.
  @Test func refusesTheOtherSpellingsOfASignature() throws {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = try #require(Self.token.last.flatMap(alphabet.firstIndex(of:)))
    #expect(last % 4 == 0)
    for offset in 1...3 {
      #expect(
        Fixture.failure(Self.token.dropLast() + String(alphabet[last + offset])) == .notBase64URL)
    }
  }

  /// The same for a payload, with a signature over exactly this spelling of `{}`, which is `e30`.
  @Test(arguments: ["e31", "e32", "e33", "e3", "e30=", "e30A=", "e3 0"])
  func refusesSpellingsThatAreSigned(_ payload: String) throws {
    let input = Self.header + "." + payload
    let token = input + "." + Fixture.signature(over: input)
    #expect(Fixture.failure(token) == .notBase64URL)
  }

  /// Every bit of every byte counts, so a token has no second spelling.
  @Test func refusesAFlippedBitAnywhere() {
    let bytes = Array(Self.token.utf8)
    var accepted: [String] = []
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        // A single byte over 0x7F is not UTF-8: the String has a replacement character there.
        if Fixture.failure(String(decoding: changed, as: UTF8.self)) == nil {
          accepted.append("byte \(index), bit \(bit)")
        }
      }
    }
    #expect(accepted == [])
  }

  /// Every prefix of a token, and the token without any one byte.
  @Test func refusesWhatIsIncomplete() {
    let bytes = Array(Self.token.utf8)
    for index in bytes.indices {
      var without = bytes
      without.remove(at: index)
      #expect(Fixture.failure(String(decoding: bytes[..<index], as: UTF8.self)) != nil)
      #expect(Fixture.failure(String(decoding: without, as: UTF8.self)) != nil)
    }
  }

  /// RFC 7515 §4: unknown members are ignored.
  @Test func ignoresUnknownHeaderMembers() {
    #expect(Fixture.failure(Fixture.token(header: ["x": "{}", "cty": #""JWT""#])) == nil)
  }

  /// The limit is 8 KiB. A longer text is refused before it is split.
  @Test func refusesLongTokens() {
    let point = 2 + Self.header.utf8.count
    let room = CompactJWS.maximumLength - point - Self.signature.utf8.count
    // The longest possible token, with spaces after the claims.
    let claims = Fixture.text(Fixture.claims)
    let spaces = String(repeating: " ", count: room * 3 / 4 - claims.utf8.count)
    let header = Fixture.text(Fixture.header)
    let longest = Fixture.token(header: header, payload: claims + spaces)
    #expect((8190...8192).contains(longest.utf8.count))
    #expect(Fixture.failure(longest) == nil)
    #expect(
      Fixture.failure(Fixture.token(header: header, payload: claims + spaces + "  ")) == .tooLong)
    #expect(Fixture.failure(Self.zeros(8192)) == .notThreeParts)
    #expect(Fixture.failure(Self.zeros(8193)) == .tooLong)
    #expect(Fixture.failure(Self.zeros(1 << 20)) == .tooLong)
    #expect(Fixture.failure(String(repeating: ".", count: 1 << 20)) == .tooLong)
    #expect(Fixture.failure(Self.token + Self.zeros(1 << 20)) == .tooLong)
  }

  static func zeros(_ count: Int) -> String { String(repeating: "A", count: count) }
}
