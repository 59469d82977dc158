private import Support
internal import JSON

/// Checks the types in a request's `_meta` (MCP 2026-07-28 schema, "RequestMetaObject").
///
/// This server uses none of these values. It checks them, so that a client finds a wrong type here
/// and not with another server.
enum RequestMeta {
  private static let logLevels = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  /// - Throws: `.invalidParams`
  static func checkProgressToken(_ meta: JSONObject) throws(RPCError) {
    switch meta.optional("progressToken") {
    case nil, .string: break
    case .number(let number) where number.isIntegerText || number.integer != nil: break
    default: throw .invalidParams("_meta.progressToken must be a string or an integer")
    }
  }

  /// The optional fields of modern requests.
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
