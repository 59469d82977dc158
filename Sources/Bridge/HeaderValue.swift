private import Support

/// The value of a header field that repeats a part of the body (MCP 2026-07-28
/// basic/transports/streamable-http, "Value Encoding").
enum HeaderValue {
  private static let start = "=?base64?"
  private static let end = "?="

  /// The text itself if a field can have it, or else its Base64 form.
  static func encode(_ text: String) -> String {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, !ASCII.isSpace(first),
      !ASCII.isSpace(last), bytes.allSatisfy({ ASCII.isVisible($0) || ASCII.isSpace($0) }),
      // A text in this form would be decoded.
      !(bytes.starts(with: start.utf8) && text.hasBytes(atEnd: end))
    else { return start + Base64.standard.text(of: Array(bytes)) + end }
    return text
  }

  /// Whether the text is visible ASCII of a bounded length, as a session id (MCP 2025-11-25
  /// basic/transports, "Session Management") and a version must be.
  static func isVisible(_ text: String, atMost limit: Int) -> Bool {
    !text.utf8.isEmpty && text.utf8.count <= limit && text.utf8.allSatisfy(ASCII.isVisible)
  }
}
