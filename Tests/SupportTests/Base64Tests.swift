import Support
import TestSupport
import Testing

struct Base64Tests {
  /// RFC 4648 §10 without padding, RFC 7515 Appendix C, and the two characters of §5.
  @Test(
    arguments: [
      ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
      ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg"), ([3, 236, 255, 224, 193], "A-z_4ME"),
      ([0xFB, 0xFF], "-_8"), ([0, 0, 0], "AAAA"),
    ] as [([UInt8], String)])
  func spells(_ bytes: [UInt8], _ text: String) {
    #expect(Base64.url.encode(bytes) == Array(text.utf8))
    #expect(Base64.url.decode(Array(text.utf8)) == bytes)
  }

  @Test(arguments: [
    "Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v=", "=", "Zm+v", "Zm/v", "Zm 9v", " Zm9v", "Zm9v\n",
    "Zm\r\n9v", "Zm9v.", "Zm9\u{0}", "Zm9é", "Zh", "Zn", "Zm9", "-_9",
  ])
  func refuses(_ text: String) {
    #expect(Base64.url.decode(Array(text.utf8)) == nil)
  }

  /// RFC 4648 §10
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func pads(_ text: String, _ coded: String) {
    let bytes = Array(text.utf8)
    #expect(Base64.standard.text(of: bytes) == coded)
    #expect(Base64.standard.decode(Array(coded.utf8)) == bytes)
    let bare = coded.replacing("=", with: "")
    #expect(Base64.unpadded.text(of: bytes) == bare)
    #expect(Base64.unpadded.decode(Array(bare.utf8)) == bytes)
    #expect(Base64.unpadded.decode(Array(coded.utf8)) == (bare == coded ? bytes : nil))
  }

  /// RFC 4648 §3.2, §3.3, §3.5
  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zg==Zg==", "Zg=Z", "=Zg=", "=", "==", "====", "Zm9v====", "Zh==", "Zm9=",
    "Z===", "Zm-v", "Zm 8=", "Zm8=\n",
  ])
  func refusesBadPadding(_ text: String) {
    #expect(Base64.standard.decode(Array(text.utf8)) == nil)
  }

  /// Of all texts of two characters, 64 · 4 decode to one byte, and each byte has exactly one of
  /// them.
  @Test func everyByteHasOneSpelling() {
    var bytes: [UInt8] = []
    for first in UInt8.min...(.max) {
      for second in UInt8.min...(.max) {
        bytes += Base64.url.decode([first, second]) ?? []
      }
    }
    #expect(bytes.sorted() == Array(UInt8.min...(.max)))
  }

  @Test func roundTrips() {
    var random = SplitMix64(seed: 7515)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min...(.max), using: &random) }
      #expect(Base64.url.decode(Base64.url.encode(bytes)) == bytes)
    }
  }
}
