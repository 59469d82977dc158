import Testing

@testable import Crypto

struct HMACSHA256Tests {
  static let message = Array("what is signed".utf8)

  /// RFC 4231 §4.2 to §4.4 and §4.7: a short key, a long message, a key over one block.
  @Test(
    arguments: [
      (
        [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        [UInt8](repeating: 0xAA, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ] as [([UInt8], [UInt8], String)])
  func calculates(_ key: [UInt8], _ message: [UInt8], _ code: String) throws {
    let mac = HMACSHA256(key: key)
    let expected = try #require(SHA256Digest(hexadecimal: code)).bytes
    for _ in 0..<2 { #expect(mac.code(for: message[...]) == expected) }
    #expect(mac.isValid(expected, for: message[...]))
  }

  /// RFC 7518 §3.2: all 256 bits of a code are compared, and also its length.
  @Test func everyBitOfACodeCounts() {
    let mac = HMACSHA256(key: Array("key".utf8))
    let code = mac.code(for: Self.message[...])
    #expect(mac.isValid(code, for: Self.message[...]))
    for index in 0..<32 {
      for bit in 0..<8 {
        var other = code
        other[index] ^= 1 << bit
        #expect(!mac.isValid(other, for: Self.message[...]), "bit \(bit) of byte \(index)")
      }
    }
    for length in [0, 1, 31] {
      #expect(!mac.isValid(Array(code.prefix(length)), for: Self.message[...]))
    }
    #expect(!mac.isValid(code + [0], for: Self.message[...]))
  }
}
