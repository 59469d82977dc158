internal import Support

/// The secret that a client made for one authorization request (RFC 7636 §4.1).
package struct CodeVerifier: Sendable {
  let secret: Secret

  /// `nil` unless the text is 43 to 128 unreserved characters: letters, digits and `-._~`.
  package init?(_ text: String) {
    // RFC 7636 §4.1
    guard 43...128 ~= text.utf8.count, text.utf8.allSatisfy(Self.isUnreserved) else { return nil }
    secret = Secret(text)
  }

  /// RFC 3986 §2.3
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= ASCII.lowercase(byte)
      || "-._~".utf8.contains(byte)
  }
}
