private import Support

/// Why a key is accepted as `X-API-Key` but not as a Bearer token.
package enum BearerProblem: Sendable, Equatable {
  /// A character outside token68, or `=` before another character (RFC 6750 §2.1).
  case character(Unicode.Scalar)
  /// Two dots, as in an access token (RFC 7515 §7.1). It is a problem only if tokens are enabled.
  case looksLikeToken

  /// - Parameter key: visible ASCII.
  init?(of key: some BidirectionalCollection<UInt8>) {
    var text = key[...]
    while text.last == UInt8(ascii: "=") { text.removeLast() }
    if let byte = text.first(where: { !Self.isToken68($0) }) ?? (text.isEmpty ? key.first : nil) {
      self = .character(Unicode.Scalar(byte))
    } else if key.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
      self = .looksLikeToken
    } else {
      return nil
    }
  }

  /// Whether the byte belongs to token68 (RFC 9110 §11.2).
  static func isToken68(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "-")...UInt8(ascii: "9"),  // - . / and digits
      UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"):
      true
    default: false
    }
  }
}
