private import Support
private import Crypto

/// Texts that are not secret because everyone knows them: the placeholders of examples, references
/// that a client did not expand, and the secrets that jwt.io shows (ATTACKS S19, C15).
package enum Placeholder {
  /// Prefixes in lower case: placeholders, then references of shells, clients and secret stores.
  private static let beginnings = [
    "replace-", "replace_", "replaceme", "changeme", "change-me", "change_me", "your-", "your_",
    "a-string-secret-at-least-", "a-valid-string-secret-that-is-at-least-",
    "${", "$(", "$env:", "{{", "{env:", "op://", "vault:", "ref+", "secretref:", "arn:aws:",
    "@microsoft.keyvault(",
  ].map { Array($0.utf8) }

  /// Whether `secret` is a placeholder, an unexpanded reference, or one repeated character.
  package static func matches(_ secret: some Collection<UInt8>) -> Bool {
    let bytes = secret.map(ASCII.lowercase)
    if beginnings.contains(where: { bytes.starts(with: $0) }) { return true }
    guard let first = bytes.first, let last = bytes.last, bytes.count > 1 else { return false }
    switch (first, last) {
    case (UInt8(ascii: "<"), UInt8(ascii: ">")): return true
    case (UInt8(ascii: "%"), UInt8(ascii: "%")): return isName(bytes.dropFirst().dropLast())
    case (UInt8(ascii: "$"), _): return isName(bytes.dropFirst())
    default: return bytes.allSatisfy { $0 == first }
    }
  }

  /// The name of a variable, in lower case.
  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, !(0x30...0x39 ~= first) else { return false }
    return bytes.allSatisfy {
      0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_")
    }
  }

  /// The digests of the placeholders that the examples contain in full, first half only.
  static let digests = Set(
    [
      "replace-with-the-output-of-openssl-rand-hex-32",
      "replace-with-another-output-of-openssl-rand-hex-32",
    ].map { SHA256Digest(of: $0.utf8).firstHalf })
}
