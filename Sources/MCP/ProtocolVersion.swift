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

  /// What came before had another transport over HTTP, which is not spoken here.
  var hasStreamableHTTP: Bool { self != .v2024_11_05 }
}
