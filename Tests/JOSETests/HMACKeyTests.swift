import Support
import Crypto
import Testing

@testable import JOSE

struct HMACKeyTests {
  /// RFC 7515 A.1, byte for byte: signing input and MAC.
  @Test func signsTheExampleOfRFC7515() throws {
    let header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"
    let payload =
      "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
    let input =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    let k =
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    let mac: [UInt8] = [
      116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
      105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ]
    let key = try HMACKey(secret: try #require(Base64.url.decode(Array(k.utf8))))
    #expect(key.signature(over: Array(input.utf8)[...]) == mac)
    #expect(key.isValid(mac, over: Array(input.utf8)[...]))
    let text = CompactJWS.text(
      header: Array(header.utf8), payload: Array(payload.utf8), key: key)
    #expect(text == input + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    let token = try CompactJWS(text)
    #expect(key.isValid(token.signature, over: token.signingInput))
    #expect(String(decoding: token.payload, as: UTF8.self) == payload)
  }

  /// RFC 7638 §3 for `oct` keys, calculated with another program:
  /// `printf '{"k":"…","kty":"oct"}' | openssl dgst -sha256 -binary | basenc --base64url`
  @Test(
    arguments: [
      ([UInt8](1...48), "l4SsmriNm7jx0yupis1AqusKuwtkJTesTmuE3HWxdjA"),
      ([UInt8](repeating: 0xFF, count: 33), "SDoMgkkKALjykSiJcAkErsVPulFRZwiC51_rF4gdVcM"),
    ] as [([UInt8], String)])
  func namesKeysByTheirThumbprint(_ secret: [UInt8], _ thumbprint: String) throws {
    let key = try HMACKey(secret: secret)
    #expect(key.id == thumbprint)
    #expect(key.algorithm == .hs256)
  }

  /// RFC 7518 §3.2
  @Test func refusesShortSecrets() throws {
    #expect(throws: HMACKeyError.empty) { try HMACKey(secret: []) }
    #expect(throws: HMACKeyError.empty) { try HMACKey(secret: [], allowingWeak: true) }
    let short = [UInt8](repeating: 1, count: 31)
    #expect(throws: HMACKeyError.tooShort) { try HMACKey(secret: short) }
    #expect(throws: Never.self) { try HMACKey(secret: short, allowingWeak: true) }
    #expect(throws: Never.self) { try HMACKey(secret: short + [1]) }
  }

  /// RFC 7518 §3.2: the whole code and nothing else.
  @Test func refusesCodesOfAnotherLength() {
    let mac = HMACSHA256(key: Fixture.secret)
    let code = mac.code(for: [1, 2, 3])
    #expect(mac.isValid(code, for: [1, 2, 3]))
    for wrong in [[], [code[0]], Array(code.dropLast()), code + [0], code + code] {
      #expect(!mac.isValid(wrong, for: [1, 2, 3]))
    }
  }

  /// ASVS 16.2.5: no way of printing a key shows its secret.
  @Test func isNeverPrinted() throws {
    let key = try HMACKey(secret: Array("correct horse battery staple, again".utf8))
    var dumped = ""
    dump(KeySet(current: key), to: &dumped)
    let text = "\(key) \(String(reflecting: key)) \(dumped)"
    #expect(!text.contains("horse"))
    #expect(!text.contains("99, 111, 114, 114, 101, 99, 116"))
  }

  /// Many tasks use one key, and each gets its own code.
  @Test func worksInManyTasks() async {
    let mac = HMACSHA256(key: Fixture.secret)
    let messages = (0..<200).map { [UInt8](repeating: UInt8($0), count: $0) }
    let expected = messages.map { mac.code(for: $0[...]) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { messages.map { mac.code(for: $0[...]) } == expected }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
