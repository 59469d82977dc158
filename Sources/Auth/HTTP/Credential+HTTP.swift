private import Support

// Extracts the credential from the header fields of an HTTP request.
//
// Each extracted text has a bounded length and only the characters that its kind allows.
extension Credential {
  /// The longest field value, in bytes: a scheme and the longest token.
  package static let maximumLength = 8192 + 16

  /// Reads the values of all `Authorization` and all `X-API-Key` lines.
  /// - Parameter query: of the URL, which has no credential; `nil` without one.
  package init(authorization: [String], apiKey: [String], query: String?) {
    // OAuth 2.1 §5.1: one method a request. RFC 9110 §5.3: neither field is a list.
    guard authorization.count + apiKey.count <= 1 else {
      self = .ambiguous
      return
    }
    if let value = authorization.first {
      self = Self.authorization(value)
    } else if let value = apiKey.first {
      self = APIKeyList.isPossible(value) ? .apiKey(Secret(value)) : .malformed(.bearer)
    } else {
      self = .none
    }
    // RFC 6750 §2.3 allows tokens in the query, where every log contains them; OAuth 2.1 §5.1.2
    // removed this. Alone such a token is not a credential. Together with another credential the
    // request is ambiguous.
    let hasToken = query?.utf8.split(separator: UInt8(ascii: "&"))
      .contains { $0.starts(with: "access_token=".utf8) }
    if hasToken == true {
      guard case .none = self else {
        self = .ambiguous
        return
      }
    }
  }

  /// `scheme 1*SP token68` (RFC 9110 §11.4).
  private static func authorization(_ value: String) -> Credential {
    let bytes = Array(value.utf8)
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
    if ASCII.areEqual(name, "bearer".utf8) { return .bearer }
    return ASCII.areEqual(name, "basic".utf8) ? .basic : nil
  }

  /// RFC 7617 §2. Names and passwords are compared byte by byte, as they were sent. The server does
  /// no Unicode normalization: RFC 8265 asks for NFC, which a client that follows §2.1 has already
  /// done.
  private static func basic(_ text: ArraySlice<UInt8>) -> Credential {
    guard let bytes = Base64.standard.decode(text.span),
      // Split at the first colon: the password may contain more. A colon is never a part of another
      // code point.
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes.count - colon - 1 <= maximumPasswordLength,
      // charset="UTF-8" (§2.1)
      let name = String(validating: bytes[..<colon], as: UTF8.self), let user = UserName(name),
      let password = String(validating: bytes[(colon + 1)...], as: UTF8.self),
      // §2: no control characters in either.
      password.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) })
    else { return .malformed(.basic) }
    return .password(user: user, Secret(password))
  }

  /// Whether the text is a token68 (RFC 9110 §11.2).
  package static func isToken68(_ text: ArraySlice<UInt8>) -> Bool {
    var text = text
    while text.last == UInt8(ascii: "=") { text.removeLast() }
    return !text.isEmpty && text.allSatisfy(BearerProblem.isToken68)
  }
}
