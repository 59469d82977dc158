/// What a request line asks for (RFC 9112 §3.2).
struct RequestTarget {
  let path: String
  let query: String?
  /// The host and port of the absolute form.
  let authority: String?

  /// - Parameter text: visible ASCII only.
  /// - Throws: `malformed`, for CONNECT too: nothing is tunnelled here.
  init(_ text: String, method: String) throws(HTTPFault) {
    // RFC 9112 §3.2.4: the asterisk is for OPTIONS.
    if text == "*", method == "OPTIONS" {
      (path, query, authority) = ("*", nil, nil)
      return
    }
    // RFC 9110 §7.1: a fragment is never sent.
    if method == "CONNECT" || text.utf8.contains(UInt8(ascii: "#")) { throw .malformed }
    var origin = Substring(text)
    if origin.utf8.first == UInt8(ascii: "/") {
      authority = nil
    } else {
      // RFC 9112 §3.2.2: a server must take the absolute form.
      guard let schemeEnd = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed }
      let scheme = String(text[..<schemeEnd])
      guard HTTPFields.equal(scheme, "http") || HTTPFields.equal(scheme, "https"),
        text[schemeEnd...].hasPrefix("://")
      else { throw .malformed }
      let rest = text[schemeEnd...].dropFirst(3)
      let end =
        rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
      authority = String(rest[..<end])
      origin = rest[end...]
    }
    guard let mark = origin.utf8.firstIndex(of: UInt8(ascii: "?")) else {
      (path, query) = (origin.isEmpty ? "/" : String(origin), nil)
      return
    }
    path = mark == origin.startIndex ? "/" : String(origin[..<mark])
    query = String(origin[origin.utf8.index(after: mark)...])
  }
}
