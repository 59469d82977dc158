import TestSupport
import Testing

@testable import JWT

struct Base64URLTests {
  /// RFC 4648 §10 without padding, RFC 7515 Appendix C, and the two characters of §5.
  @Test(
    arguments: [
      ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
      ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg"), ([3, 236, 255, 224, 193], "A-z_4ME"),
      ([0xFB, 0xFF], "-_8"), ([0, 0, 0], "AAAA"),
    ] as [([UInt8], String)])
  func spells(_ bytes: [UInt8], _ text: String) {
    #expect(Base64URL.encode(bytes) == Array(text.utf8))
    #expect(Base64URL.decode(Array(text.utf8)[...]) == bytes)
  }

  @Test(arguments: [
    "Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v=", "=", "Zm+v", "Zm/v", "Zm 9v", " Zm9v", "Zm9v\n",
    "Zm\r\n9v", "Zm9v.", "Zm9\u{0}", "Zm9é", "Zh", "Zn", "Zm9", "-_9",
  ])
  func refuses(_ text: String) {
    #expect(Base64URL.decode(Array(text.utf8)[...]) == nil)
  }

  /// Of all texts of two characters, 64 · 4 are one byte each, and each byte is there once.
  @Test func everyByteHasOneSpelling() {
    var bytes: [UInt8] = []
    for first in UInt8.min...(.max) {
      for second in UInt8.min...(.max) {
        bytes += Base64URL.decode([first, second]) ?? []
      }
    }
    #expect(bytes.sorted() == Array(UInt8.min...(.max)))
  }

  @Test func roundTrips() {
    var random = SplitMix64(seed: 7515)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min...(.max), using: &random) }
      // From the middle of an array too: indices of a slice do not begin at 0.
      let text = [0x21] + Base64URL.encode(bytes)
      #expect(Base64URL.decode(text.dropFirst()) == bytes)
    }
  }
}
