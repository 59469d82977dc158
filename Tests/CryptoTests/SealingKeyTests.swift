import TestSupport
import Testing

@testable import Crypto

struct SealingKeyTests {
  static let key = SealingKey([UInt8](repeating: 7, count: 32))
  static let sealed = key.seal(Array("a secret".utf8), for: "keys/1")

  /// NIST SP 800-38D; test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega).
  @Test func encryptsAsTheStandardSays() {
    let bytes = Wycheproof.bytes
    let key = SealingKey(
      bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let sealed = key.seal(
      bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
      nonce: bytes("cafebabefacedbaddecaf888"),
      data: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    #expect(
      sealed
        == bytes(
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            + "76fc6ece0f4e1768cddf8853bb2d551b"))
  }

  @Test(arguments: [0, 1, 15, 16, 17, 4096])
  func opensWhatItSealed(_ count: Int) {
    let text = [UInt8](repeating: 0x61, count: count)
    #expect(Self.key.open(Self.key.seal(text, for: "place"), for: "place") == text)
  }

  static let changes: [(String, @Sendable (inout [UInt8]) -> Void)] = [
    ("a bit of the nonce", { $0[0] ^= 1 }), ("a bit of the ciphertext", { $0[12] ^= 1 }),
    ("the last bit of the tag", { $0[$0.count - 1] ^= 0x80 }), ("a byte less", { $0.removeLast() }),
    ("a byte more", { $0.append(0) }), ("without the tag", { $0.removeLast(16) }),
    ("a nonce alone", { $0 = Array($0[..<12]) }), ("a part of the tag", { $0 = Array($0[..<27]) }),
    ("11 bytes", { $0 = Array($0[..<11]) }), ("nothing", { $0 = [] }),
  ]

  /// NIST SP 800-38D §7.2
  /// ATTACKS O86
  @Test(arguments: changes)
  func opensNothingThatWasChanged(
    _ row: (name: String, change: @Sendable (inout [UInt8]) -> Void)
  ) {
    var bytes = Self.sealed
    row.change(&bytes)
    #expect(Self.key.open(bytes, for: "keys/1") == nil)
  }

  @Test func opensWithItsKeyAtItsPlaceAlone() {
    #expect(Self.key.open(Self.sealed, for: "keys/1") == Array("a secret".utf8))
    #expect(Self.key.open(Self.sealed, for: "keys/2") == nil)
    let other = SealingKey([UInt8](repeating: 7, count: 31) + [8])
    #expect(other.open(Self.sealed, for: "keys/1") == nil)
  }

  /// NIST SP 800-38D §8.2.2
  @Test func noNonceIsUsedTwice() {
    let nonces = (0..<1000).map { _ in Array(Self.key.seal([], for: "").prefix(12)) }
    #expect(Set(nonces).count == nonces.count)
  }

  @Test func printsNothingOfTheKey() {
    var dumped = ""
    dump(Self.key, to: &dumped)
    #expect("\(Self.key) \(dumped)".contains("7, 7") == false)
  }
}
