import Testing

import Support
@testable import Auth

struct SecretTests {
  /// ASVS 16.2.5: no way of printing a secret shows it.
  @Test func isNeverPrinted() {
    let secret = Secret("0123456789abcdef")
    var dumped = ""
    dump(secret, to: &dumped)
    dump(Credential.bearer(secret), to: &dumped)
    for text in [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped,
      "\(Credential.bearer(secret))", String(reflecting: [secret]),
    ] {
      #expect(!text.contains("0123"))
      #expect(text.contains("[secret]"))
    }
  }
}
