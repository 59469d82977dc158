import COpenSSL
import TestSupport
import Testing

@testable import Crypto

struct PublicKeyTests {
  typealias Fixture = PublicKeyFixture

  static let modulus = Fixture.bytes(Fixture.modulus)
  static let (x, y) = (Fixture.bytes(Fixture.x), Fixture.bytes(Fixture.y))

  /// An odd number of `count` bytes.
  static func number(_ count: Int, first: UInt8, last: UInt8 = 1) -> [UInt8] {
    [first] + [UInt8](repeating: 0x55, count: count - 2) + [last]
  }

  static let rsa: [(String, [UInt8], [UInt8], PublicKeyError)] = [
    ("a modulus with a zero before it", [0] + modulus, [1, 0, 1], .leadingZero),
    ("an exponent with a zero before it", modulus, [0, 1, 0, 1], .leadingZero),
    ("no modulus", [], [1, 0, 1], .modulusSize),
    ("a modulus of 2047 bits", number(256, first: 0x7F), [1, 0, 1], .modulusSize),
    ("a modulus of 8193 bits", number(1025, first: 1), [1, 0, 1], .modulusSize),
    ("an even modulus", number(256, first: 0x80, last: 2), [1, 0, 1], .evenModulus),
    ("no exponent", modulus, [], .exponent), ("the exponent 1", modulus, [1], .exponent),
    ("the exponent 2", modulus, [2], .exponent),
    ("the exponent 65536", modulus, [1, 0, 0], .exponent),
    ("an exponent of 33 bits", modulus, [1, 0, 0, 0, 1], .exponent),
  ]

  static let smallOrder = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ]

  /// RFC 8725 §3.4 (ATTACKS O66). With such a key, every message has a signature that needs no private key.
  @Test(arguments: smallOrder, [0, 0x80] as [UInt8])
  func refusesAPointOfSmallOrder(_ y: String, _ sign: UInt8) {
    var key = Wycheproof.bytes(y)
    key[31] |= sign
    #expect(throws: PublicKeyError.smallOrder) { try PublicKey(ed25519: key) }
  }

  /// RFC 8017 §3.1, RFC 7518 §3.3, §6.3.1.1
  @Test(arguments: rsa, [PublicKey.RSAPadding.pkcs1, .pss])
  func refusesRSA(
    _ row: (name: String, modulus: [UInt8], exponent: [UInt8], error: PublicKeyError),
    _ padding: PublicKey.RSAPadding
  ) {
    #expect(throws: row.error) {
      try PublicKey(modulus: row.modulus, exponent: row.exponent, padding: padding)
    }
  }

  @Test(arguments: [
    (number(256, first: 0x80), [3]), (number(256, first: 0x80), [0xFF, 0xFF, 0xFF, 0xFF]),
    (number(1024, first: 0xFF), [1, 0, 1]), (modulus, [1, 0, 1]),
  ])
  func acceptsRSA(_ modulus: [UInt8], _ exponent: [UInt8]) {
    #expect(throws: Never.self) {
      try PublicKey(modulus: modulus, exponent: exponent, padding: .pss)
    }
  }

  static let points: [(String, [UInt8], [UInt8], PublicKeyError)] = [
    ("off the curve", x, x, .notAKey),
    ("y of the other sign and one more", x, y.reversed(), .notAKey),
    ("zeros", [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32), .notAKey),
    ("x over the prime", [UInt8](repeating: 0xFF, count: 32), y, .notAKey),
    ("no coordinates", [], [], .coordinateLength),
    ("x of 31 bytes", Array(x.dropLast()), y, .coordinateLength),
    ("y of 31 bytes", x, Array(y.dropFirst()), .coordinateLength),
    ("a byte of x in y", Array(x.dropLast()), [x[31]] + y, .coordinateLength),
    ("a byte of y in x", x + [y[0]], Array(y.dropFirst()), .coordinateLength),
  ]

  /// SEC 1 §2.3.4, RFC 7518 §6.2.1.2, §6.2.1.3
  @Test(arguments: points)
  func refusesP256(_ name: String, _ x: [UInt8], _ y: [UInt8], _ error: PublicKeyError) {
    #expect(throws: error) { try PublicKey(p256x: x, y: y) }
  }

  /// RFC 8032 §5.1.5
  @Test(arguments: [0, 31, 33, 64])
  func refusesEd25519(_ length: Int) {
    #expect(throws: PublicKeyError.notAKey) {
      try PublicKey(ed25519: [UInt8](repeating: 1, count: length))
    }
  }

  /// X.690 §8.3: the shortest form of each number.
  @Test(
    arguments: [
      ([], [], [0x30, 6, 2, 1, 0, 2, 1, 0]), ([1], [0x7F], [0x30, 6, 2, 1, 1, 2, 1, 0x7F]),
      ([0x80], [0xFF, 0], [0x30, 9, 2, 2, 0, 0x80, 2, 3, 0, 0xFF, 0]),
      (
        [UInt8](repeating: 0xFF, count: 32), [UInt8](repeating: 0x11, count: 32),
        [0x30, 69, 2, 33, 0] + [UInt8](repeating: 0xFF, count: 32) + [2, 32]
          + [UInt8](repeating: 0x11, count: 32)
      ),
    ] as [([UInt8], [UInt8], [UInt8])])
  func encodesInDER(_ r: [UInt8], _ s: [UInt8], _ der: [UInt8]) {
    let raw = [r, s].flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
    #expect(ECDSASignature.der(raw) == der)
  }

  /// Errors that stay in the queue of a thread would be read as errors of its next TLS call.
  @Test func leavesNoErrorInTheQueue() throws {
    ERR_clear_error()
    #expect(throws: PublicKeyError.notAKey) { try PublicKey(p256x: Self.x, y: Self.x) }
    #expect(ERR_peek_error() == 0)
    let keys = [
      try PublicKey(modulus: Self.modulus, exponent: [1, 0, 1], padding: .pkcs1),
      try PublicKey(modulus: Self.modulus, exponent: [1, 0, 1], padding: .pss),
      try PublicKey(p256x: Self.x, y: Self.y), try PublicKey(ed25519: Self.x),
    ]
    for key in keys {
      for length in [64, 256] {
        #expect(!key.isValid([UInt8](repeating: 0xFF, count: length), for: [1, 2, 3]))
        #expect(ERR_peek_error() == 0)
      }
    }
  }

  /// Many tasks use one key, and each gets its own answer.
  @Test func worksInManyTasks() async throws {
    let key = try PublicKey(modulus: Self.modulus, exponent: [1, 0, 1], padding: .pss)
    let signature = Fixture.bytes(Fixture.Signatures.ps256)
    let message = Array(Fixture.input("PS256", "rsa").utf8)
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy { index in
            let isRight = (task + index).isMultiple(of: 2)
            let message = isRight ? message[...] : message.dropLast()
            return key.isValid(signature, for: message) == isRight
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
