import Testing

@testable import Crypto

struct SHA256DigestTests {
  static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  /// FIPS 180-4, the example with one block.
  @Test func printsAndReads() {
    let digest = SHA256Digest(of: Array("abc".utf8))
    #expect(digest.hexadecimal == Self.abc)
    #expect(digest.firstHalf == 0xBA78_16BF_8F01_CFEA_4141_40DE_5DAE_2223)
    for text in [Self.abc, Self.abc.uppercased()] {
      #expect(SHA256Digest(hexadecimal: text)?.isEqual(to: digest) == true)
    }
  }

  @Test func takesStoredBytesOfTheRightLengthOnly() {
    let digest = SHA256Digest(of: "abc".utf8)
    #expect(SHA256Digest(bytes: digest.bytes)?.isEqual(to: digest) == true)
    for count in [0, 31, 33, 64] {
      #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: count)) == nil, "\(count) bytes")
    }
  }

  /// ASVS 11.2.4: all 256 bits are compared.
  @Test func everyBitOfADigestCounts() throws {
    let digest = SHA256Digest(of: "abc".utf8)
    for index in 0..<32 {
      for bit in 0..<8 {
        var bytes = digest.bytes
        bytes[index] ^= 1 << bit
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let other = try #require(SHA256Digest(hexadecimal: text))
        #expect(!other.isEqual(to: digest), "bit \(bit) of byte \(index)")
        #expect(!digest.isEqual(to: other))
      }
    }
  }

  @Test(arguments: [
    "", "ba", String(abc.dropLast()), abc + "0", abc.dropLast() + "g", abc.dropLast() + "ａ",
    "sha256:" + abc, "0x" + abc.dropFirst(2), " " + abc.dropFirst(),
  ])
  func refuses(_ text: String) {
    #expect(SHA256Digest(hexadecimal: text) == nil)
  }
}
