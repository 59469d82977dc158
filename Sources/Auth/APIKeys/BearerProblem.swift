private import Support

/// Why a key that can be sent as `X-API-Key` is not read as one where it comes as a Bearer token.
package enum BearerProblem: Sendable, Equatable {
  /// A character that token68 does not have, or `=` before another character (RFC 6750 §2.1).
  case character(Unicode.Scalar)
  /// Two dots, as an access token has (RFC 7515 §7.1); a problem only where tokens are on.
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

  /// RFC 9110 §11.2
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
