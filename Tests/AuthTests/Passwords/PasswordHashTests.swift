import Support
import TestSupport
import Testing

@testable import Auth

struct PasswordHashTests {
  static let cheap = PasswordHash.Parameters(ln: 10, r: 1, p: 1)
  /// The hash of "correct horse", made by another implementation.
  static let foreign =
    "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M"

  private func matches(_ hash: PasswordHash, _ password: String) -> Bool {
    hash.matches(Secret(password), work: [hash.parameters])
  }

  @Test func checksTheHashOfAnotherImplementation() throws {
    let hash = try #require(PasswordHash(phc: Self.foreign))
    #expect(matches(hash, "correct horse"))
    #expect(!matches(hash, "correct horse "))
    #expect(!matches(hash, ""))
    #expect(hash.phc == Self.foreign)
  }

  @Test func aNewHashIsReadBack() throws {
    let random = SeededBytes(seed: 1)
    let first = PasswordHash(of: Secret("é"), random: random.make)
    #expect(first.phc.hasBytes(atStart: "$scrypt$ln=14,r=8,p=5$"))
    let read = try #require(PasswordHash(phc: first.phc))
    #expect(read == first)
    #expect(matches(read, "é"))
    #expect(!matches(read, "e\u{301}"))  // compared byte by byte
    #expect(!read.matches(Secret("é"), work: [Self.cheap]), "not by other parameters")
    #expect(PasswordHash(of: Secret("é"), parameters: Self.cheap, random: random.make) != first)
  }

  /// If memory cannot be allocated, no password is correct.
  @Test func withoutMemoryNoPasswordIsRight() {
    let hash = PasswordHash(
      of: Secret("right"), parameters: Self.cheap, random: SeededBytes(seed: 1).make)
    let isRight = hash.matches(Secret("right"), work: [Self.cheap], derive: { _, _, _ in nil })
    #expect(!isRight)
  }

  static let salt = "MDEyMzQ1Njc4OWFiY2RlZg"
  static let hash = String(repeating: "A", count: 43)

  @Test(arguments: [
    "ln=14,r=8,p=5", "ln=10,r=1,p=1", "ln=17,r=8,p=16", "ln=15,r=32,p=1", "ln=20,r=1,p=1",
  ])
  func reads(_ parameters: String) {
    let text = "$scrypt$\(parameters)$\(Self.salt)$\(Self.hash)"
    #expect(PasswordHash(phc: text)?.phc == text)
  }

  @Test(arguments: [
    "", "secret", "$scrypt$", "$scrypt$ln=14,r=8,p=5$\(salt)", "$scrypt$ln=14,r=8,p=5$\(salt)$",
    "$scrypt$ln=14,r=8,p=5$$\(hash)", "scrypt$ln=14,r=8,p=5$\(salt)$\(hash)",
    "$argon2id$ln=14,r=8,p=5$\(salt)$\(hash)", "$Scrypt$ln=14,r=8,p=5$\(salt)$\(hash)",
    "$scrypt$ln=9,r=8,p=5$\(salt)$\(hash)", "$scrypt$ln=21,r=1,p=1$\(salt)$\(hash)",
    "$scrypt$ln=18,r=8,p=1$\(salt)$\(hash)", "$scrypt$ln=14,r=33,p=1$\(salt)$\(hash)",
    "$scrypt$ln=14,r=0,p=5$\(salt)$\(hash)", "$scrypt$ln=14,r=8,p=0$\(salt)$\(hash)",
    "$scrypt$ln=14,r=8,p=17$\(salt)$\(hash)", "$scrypt$ln=-1,r=8,p=5$\(salt)$\(hash)",
    "$scrypt$ln=9223372036854775807,r=8,p=5$\(salt)$\(hash)",
    "$scrypt$ln=14,r=9223372036854775807,p=9223372036854775807$\(salt)$\(hash)",
    "$scrypt$ln=014,r=8,p=5$\(salt)$\(hash)", "$scrypt$ln=+14,r=8,p=5$\(salt)$\(hash)",
    "$scrypt$r=14,ln=8,p=5$\(salt)$\(hash)", "$scrypt$ln=14,r=8$\(salt)$\(hash)",
    "$scrypt$ln=14,r=8,p=5,q=1$\(salt)$\(hash)", "$scrypt$ln=14, r=8,p=5$\(salt)$\(hash)",
    "$scrypt$ln=14,r=8,p=5$\(String(decoding: salt.utf8.dropLast(2), as: UTF8.self))$\(hash)",
    "$scrypt$ln=14,r=8,p=5$\(salt)==$\(hash)",
    "$scrypt$ln=14,r=8,p=5$\(String(repeating: "A", count: 87))$\(hash)",
    "$scrypt$ln=14,r=8,p=5$\(salt)$\(hash)A",
    "$scrypt$ln=14,r=8,p=5$\(salt)$\(String(decoding: hash.utf8.dropLast(), as: UTF8.self))B",
    "$scrypt$ln=14,r=8,p=5$\(salt)$\(hash)$", " $scrypt$ln=14,r=8,p=5$\(salt)$\(hash)",
    "$scrypt$ln=14,r=8,p=5$\(salt)$\(hash)\n",
  ])
  func refuses(_ text: String) {
    #expect(PasswordHash(phc: text) == nil)
  }
}
