import TestSupport
import Testing

@testable import Crypto

struct SigningKeyTests {
  /// RFC 5915 §3: the private key 7 with its public key.
  static let der = Wycheproof.bytes(
    "30770201010420" + "0000000000000000000000000000000000000000000000000000000000000007"
      + "a00a06082a8648ce3d030107a144034200"
      + "048e533b6fa0bf7b4625bb30667c01fb607ef9f8b8a80fef5b300628703187b2a3"
      + "73eb1dbde03318366d069f83a6f5900053c73633cb041b21c55e1a86c1f400b4")

  /// FIPS 186-5 §6.4. Among so many signatures are some with a short r or s.
  @Test func itsPublicKeyVerifiesWhatItSigns() throws {
    let key = SigningKey()
    let verifier = try PublicKey(p256x: key.x, y: key.y)
    for number in 0..<600 {
      let message = Array("message \(number)".utf8)
      let signature = key.signature(of: message[...])
      #expect(signature.count == 64)
      #expect(verifier.isValid(signature, for: message[...]))
      #expect(!verifier.isValid(signature, for: message.dropLast()))
    }
  }

  @Test func comesBackFromItsBytes() throws {
    let key = SigningKey()
    let again = try SigningKey(der: key.der)
    #expect(again.x == key.x && again.y == key.y && again.der == key.der)
    let message = Array("hello".utf8)
    let verifier = try PublicKey(p256x: key.x, y: key.y)
    #expect(verifier.isValid(again.signature(of: message[...]), for: message[...]))
    #expect(try SigningKey(der: Self.der).der == Self.der)
  }

  @Test func noTwoAreEqual() {
    #expect(SigningKey().der != SigningKey().der)
  }

  static let foreign: [(String, [UInt8])] = [
    ("nothing", []), ("a byte less", der.dropLast()), ("a byte more", der + [0]),
    ("the public key of another", der.dropLast(65) + SigningKey().der.suffix(65)),
    (
      "P-384",
      Wycheproof.bytes(
        "3081a402010104300000000000000000000000000000000000000000000000000000000000000000"
          + "00000000000000000000000000000007a00706052b81040022a164036200"
          + "04283c1d7365ce4788f29f8ebf234edffead6fe997fbea5ffa2d58cc9dfa7b1c508b05526f55b9ebb2"
          + "040f05b48fb6d0e19475c99061e41b88ba52efdb8c1690471a61d867ed799729d9c92cd01dbd225630"
          + "d84ede32a78f9e64664cdac512ef8c")
    ),
    (
      "secp256k1, of the same size",
      Wycheproof.bytes(
        "30740201010420" + "0000000000000000000000000000000000000000000000000000000000000007"
          + "a00706052b8104000aa144034200"
          + "045cbdf0646e5db4eaa398f365f2ea7a0e3d419b7e0330e39ce92bddedcac4f9bc"
          + "6aebca40ba255960a3178d6d861a54dba813d0b813fde7b5a5082628087264da")
    ),
  ]

  /// SEC 1 §3.2.2.1
  @Test(arguments: foreign)
  func refuses(_ row: (name: String, der: [UInt8])) {
    #expect(throws: SigningKeyError()) { try SigningKey(der: row.der) }
  }
}
