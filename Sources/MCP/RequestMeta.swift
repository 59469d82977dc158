private import Support
internal import JSON

/// The types of what a request's `_meta` may have (MCP 2026-07-28 schema, "RequestMetaObject").
///
/// This server uses none of it. A client that sends a wrong type learns so here, and not from the
/// next server, which does use it.
enum RequestMeta {
  private static let logLevels = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  /// In both eras.
  /// - Throws: `.invalidParams`
  static func checkProgressToken(_ meta: JSONObject) throws(RPCError) {
    switch meta.optional("progressToken") {
    case nil, .string: break
    case .number(let number) where number.isIntegerText || number.integer != nil: break
    default: throw .invalidParams("_meta.progressToken must be a string or an integer")
    }
  }

  /// What modern requests may leave out.
  /// - Throws: `.invalidParams`
  static func checkOptionalFields(_ meta: JSONObject) throws(RPCError) {
    if let info = meta.optional(MetaKey.clientInfo) {
      guard let info = info.object, info["name"]?.string != nil, info["version"]?.string != nil
      else {
        throw .invalidParams(
          "\(MetaKey.clientInfo) must be an object with name and version, strings")
      }
    }
    if let level = meta.optional(MetaKey.logLevel) {
      guard let level = level.string, logLevels.contains(level) else {
        throw .invalidParams(
          "\(MetaKey.logLevel) must be one of " + logLevels.joined(separator: ", "))
      }
    }
  }
}
