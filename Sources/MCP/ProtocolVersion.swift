/// The revisions of MCP that are spoken here, newest first.
package enum ProtocolVersion: String, Sendable, CaseIterable {
  /// Modern: each request carries version and capabilities in its `_meta`.
  case v2026_07_28 = "2026-07-28"
  /// Legacy, from here on: an `initialize` handshake comes first.
  case v2025_11_25 = "2025-11-25"
  case v2025_06_18 = "2025-06-18"
  case v2025_03_26 = "2025-03-26"
  case v2024_11_05 = "2024-11-05"

  package static let modern: [ProtocolVersion] = [.v2026_07_28]
  package static let legacy: [ProtocolVersion] = [
    .v2025_11_25, .v2025_06_18, .v2025_03_26, .v2024_11_05,
  ]

  /// The revisions over HTTP: what came before them had another transport, which is not served.
  static let overHTTP = allCases.filter { $0 != .v2024_11_05 }

  /// The text of a version as a reply may repeat it.
  ///
  /// Never echo another text than `YYYY-MM-DD`: it may be a secret in the wrong place (S9).
  static func shown(_ text: String) -> String {
    let form = "0000-00-00".utf8
    let isDate =
      text.utf8.count == form.count
      && zip(text.utf8, form).allSatisfy { byte, place in
        place == UInt8(ascii: "0") ? 0x30...0x39 ~= byte : byte == place
      }
    return isDate ? text : "unknown"
  }
}
