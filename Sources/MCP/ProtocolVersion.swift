private import Support

/// The supported revisions of MCP, newest first.
package enum ProtocolVersion: String, Sendable, CaseIterable {
  /// Modern: each request carries version and capabilities in its `_meta`.
  case v2026_07_28 = "2026-07-28"
  /// From here on legacy: the client sends `initialize` first.
  case v2025_11_25 = "2025-11-25"
  case v2025_06_18 = "2025-06-18"
  case v2025_03_26 = "2025-03-26"
  case v2024_11_05 = "2024-11-05"

  package static let modern: [ProtocolVersion] = [.v2026_07_28]
  package static let legacy: [ProtocolVersion] = [
    .v2025_11_25, .v2025_06_18, .v2025_03_26, .v2024_11_05,
  ]

  /// The revisions over HTTP. Earlier ones have another transport, which is not supported.
  static let overHTTP = allCases.filter { $0 != .v2024_11_05 }

  /// The text of a version as a reply may repeat it.
  ///
  /// Echo only numbers with `-` or `.` between them, such as `2026-07-28` and `v2.0`, of at most 15
  /// bytes. Other text may be a secret in the wrong place (S9), and a key has at least 16 bytes.
  static func shown(_ text: String) -> String {
    guard text.utf8.count <= 15 else { return "unknown" }
    let body = text.utf8.first == UInt8(ascii: "v") ? text.utf8.dropFirst() : text.utf8[...]
    let parts = body.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    let areNumbers = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { 0x30...0x39 ~= $0 }
    }
    return parts.count > 1 && areNumbers ? text : "unknown"
  }
}
