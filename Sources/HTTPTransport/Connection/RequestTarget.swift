private import Support

/// The target of a request (RFC 9112 §3.2).
struct RequestTarget {
  let path: String
  let query: String?
  /// The host and port of the absolute form.
  let authority: String?

  /// - Parameter text: visible ASCII only.
  /// - Throws: `malformed`, also for CONNECT: this server is not a tunnel.
  init(_ text: String, method: String) throws(HTTPFault) {
    // RFC 9112 §3.2.4: the asterisk is for OPTIONS only.
    if text == "*", method == "OPTIONS" {
      (path, query, authority) = ("*", nil, nil)
      return
    }
    // RFC 9110 §7.1: a target has no fragment.
    if method == "CONNECT" || text.utf8.contains(UInt8(ascii: "#")) { throw .malformed }
    var origin = text.utf8[...]
    if origin.first == UInt8(ascii: "/") {
      authority = nil
    } else {
      // RFC 9112 §3.2.2: a server must accept the absolute form.
      guard let rest = origin.after("http://") ?? origin.after("https://") else {
        throw .malformed
      }
      let end =
        rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
      authority = String(Substring(rest[..<end]))
      origin = rest[end...]
    }
    let mark = origin.firstIndex(of: UInt8(ascii: "?"))
    let path = origin[..<(mark ?? origin.endIndex)]
    self.path = path.isEmpty ? "/" : String(Substring(path))
    query = mark.map { String(Substring(origin[$0...].dropFirst())) }
  }
}

extension Substring.UTF8View {
  /// The bytes after `scheme`, which matches in either case; `nil` if the text begins otherwise
  /// (RFC 9110 §4.2.3).
  fileprivate func after(_ scheme: String) -> Substring.UTF8View? {
    let start = prefix(scheme.utf8.count)
    guard start.elementsEqual(scheme.utf8, by: { ASCII.lowercase($0) == $1 }) else { return nil }
    return self[start.endIndex...]
  }
}
