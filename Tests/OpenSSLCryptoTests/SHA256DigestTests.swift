import Testing

@testable import OpenSSLCrypto

struct SHA256DigestTests {
  static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  /// FIPS 180-4, the example of one block.
  @Test func printsAndReads() {
    let digest = SHA256Digest(of: Array("abc".utf8))
    #expect(digest.hexadecimal == Self.abc)
    #expect(digest.firstHalf == 0xBA78_16BF_8F01_CFEA_4141_40DE_5DAE_2223)
    for text in [Self.abc, Self.abc.uppercased()] {
      #expect(SHA256Digest(hexadecimal: text)?.isEqual(to: digest) == true)
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
