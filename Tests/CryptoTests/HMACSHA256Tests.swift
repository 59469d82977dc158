import Testing

@testable import Crypto

struct HMACSHA256Tests {
  static let message = Array("what is signed".utf8)

  /// RFC 7518 §3.2: all 256 bits of a code are compared, and its length.
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
