package import Support

/// What the header of a request carries to show who sends it.
///
/// A text that exists is bounded, and has only the characters that its kind may have.
package enum PresentedCredential: Sendable {
  case none
  case apiKey(Secret)
  case bearer(Secret)
  case basic(user: String, password: Secret)
  /// With the scheme of the challenge that fits; `nil` where it has an unknown scheme or none.
  case malformed(Challenge.Scheme?)

  /// In bytes, of a field value: a token of the greatest length behind its scheme.
  package static let maximumLength = 8192 + 16
  /// In bytes.
  package static let maximumPasswordLength = 1024

  /// Reads the values of all `Authorization` and all `X-API-Key` lines.
  ///
  /// - Throws: `CredentialConflict` where there are two lines in all, whatever is in them.
  package init(authorization: [String], apiKey: [String]) throws(CredentialConflict) {
    // OAuth 2.1 §5.1: one method a request. RFC 9110 §5.3: neither field is a list.
    guard authorization.count + apiKey.count <= 1 else { throw CredentialConflict() }
    if let value = authorization.first {
      self = Self.authorization(value)
    } else if let value = apiKey.first {
      self = APIKeys.isPossible(value) ? .apiKey(Secret(value)) : .malformed(.bearer)
    } else {
      self = .none
    }
  }

  package var kind: CredentialKind {
    switch self {
    case .none: .none
    case .apiKey: .apiKey
    case .bearer: .bearer
    case .basic: .basic
    case .malformed: .malformed
    }
  }

  /// The scheme of the challenge that fits what was sent: a client that gets a challenge of another
  /// scheme may ask its user for a password, or wait for ever, as URLSession on Linux does.
  package var scheme: Challenge.Scheme? {
    switch self {
    case .none: nil
    case .apiKey, .bearer: .bearer
    case .basic: .basic
    case .malformed(let scheme): scheme
    }
  }

  /// `scheme 1*SP token68` (RFC 9110 §11.4).
  private static func authorization(_ value: String) -> PresentedCredential {
    let bytes = Array(value.utf8)  // the fastest to go through
    let end = bytes.firstIndex(of: 0x20) ?? bytes.count
    let scheme = scheme(bytes[..<end])
    let rest = bytes[end...].drop { $0 == 0x20 }
    guard bytes.count <= maximumLength, isToken68(rest) else { return .malformed(scheme) }
    switch scheme {
    case .bearer: return .bearer(Secret(String(Substring(value.utf8.suffix(rest.count)))))
    case .basic: return basic(rest)
    case nil: return .malformed(nil)
    }
  }

  /// RFC 9110 §11.1: ASCII letters match in either case.
  private static func scheme(_ name: ArraySlice<UInt8>) -> Challenge.Scheme? {
    guard name.count <= 6 else { return nil }
    let name = name.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    if name.elementsEqual("bearer".utf8) { return .bearer }
    return name.elementsEqual("basic".utf8) ? .basic : nil
  }

  /// RFC 7617 §2. Names and passwords are compared byte by byte, as they were sent: no Unicode
  /// normalization (RFC 8265 would ask for NFC), which a client that follows §2.1 has done.
  private static func basic(_ text: ArraySlice<UInt8>) -> PresentedCredential {
    guard let bytes = Base64.standard.decode(text.span),
      // The first colon: the password may have more. A colon is never a part of a code point.
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes.count - colon - 1 <= maximumPasswordLength,
      // charset="UTF-8" (§2.1)
      let user = String(validating: bytes[..<colon], as: UTF8.self), PasswordUser.isName(user),
      let password = String(validating: bytes[(colon + 1)...], as: UTF8.self),
      // §2: no control characters in either.
      password.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) })
    else { return .malformed(.basic) }
    return .basic(user: user, password: Secret(password))
  }

  /// RFC 9110 §11.2. Sums instead of comparisons, so that there is no branch for any byte and the
  /// machine takes many at a time.
  private static func isToken68(_ text: ArraySlice<UInt8>) -> Bool {
    var text = text
    while text.last == UInt8(ascii: "=") { text.removeLast() }
    let bytes = text.span
    var isInside: UInt8 = 0x80  // the highest bit falls with the first byte that is none of these
    for index in 0..<bytes.count {
      let byte = bytes[index]
      isInside &=
        isBetween(byte | 0x20, UInt8(ascii: "a"), UInt8(ascii: "z"))
        | isBetween(byte, UInt8(ascii: "-"), UInt8(ascii: "9"))  // - . / and digits
        | isBetween(byte, UInt8(ascii: "+"), UInt8(ascii: "+"))
        | isBetween(byte, UInt8(ascii: "_"), UInt8(ascii: "_"))
        | isBetween(byte, UInt8(ascii: "~"), UInt8(ascii: "~"))
    }
    return !bytes.isEmpty && isInside & 0x80 != 0
  }

  /// The highest bit says whether `byte` is ASCII and between both, which are ASCII.
  private static func isBetween(_ byte: UInt8, _ low: UInt8, _ high: UInt8) -> UInt8 {
    (byte &+ (128 - low)) & ~(byte &+ (127 - high)) & ~byte
  }
}
