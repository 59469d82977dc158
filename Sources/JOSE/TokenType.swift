private import Support

/// What a token is for, as its `typ` says (RFC 8725 §3.11): one kind is never taken for another.
package enum TokenType: String, Sendable, CaseIterable {
  /// RFC 9068 §2.1
  case accessToken = "at+jwt"
  case refreshToken = "refresh+jwt"

  /// `nil` where `typ` names no kind of ours.
  ///
  /// RFC 7515 §4.1.9: a media type, so ASCII letters match in either case, and `application/` may
  /// stand before it. PyJWT and others write `at+jwt` as we do.
  init?(typ: String) {
    let name = typ.utf8.lazy.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    let prefix = "application/".utf8
    let subtype = name.dropFirst(name.starts(with: prefix) ? prefix.count : 0)
    guard let type = Self.allCases.first(where: { subtype.elementsEqual($0.rawValue.utf8) })
    else { return nil }
    self = type
  }
}
