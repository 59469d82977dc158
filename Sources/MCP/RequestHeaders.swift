private import Support
internal import JSON

/// What an HTTP request says of the message in its body, so that what stands between client and
/// server can route it unread (MCP 2026-07-28 basic/transports/streamable-http, "Request Metadata").
package struct RequestHeaders: Sendable {
  private let versions: [String]
  private let methods: [String]
  private let names: [String]

  /// - Parameters: every value of `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name`.
  package init(versions: [String], methods: [String], names: [String]) {
    self.versions = versions
    self.methods = methods
    self.names = names
  }

  /// The revision that the request names; without one it is the oldest that has Streamable HTTP
  /// (MCP 2025-11-25 basic/transports, "Protocol Version Header").
  /// - Throws: `.headerMismatch` for more than one, `.unsupportedProtocolVersion`.
  var version: ProtocolVersion {
    get throws(RPCError) {
      guard versions.count < 2 else { throw Self.mismatch("MCP-Protocol-Version") }
      guard let text = versions.first else { return .v2025_03_26 }
      guard
        let version = ProtocolVersion.overHTTP.first(where: { $0.rawValue.hasSameBytes(as: text) })
      else {
        throw .unsupportedProtocolVersion(requested: text, supported: ProtocolVersion.overHTTP)
      }
      return version
    }
  }

  /// Whether the request says that it is of the modern era.
  package var areModern: Bool {
    versions.contains { text in ProtocolVersion.modern.contains { $0.rawValue == text } }
  }

  /// What a gateway read in the header is what we read in the body ("Server Validation").
  /// - Parameter version: what the body of a modern request says; `nil` in the handshake era, whose
  ///   requests may leave out `Mcp-Method` and `Mcp-Name`, but not contradict them (H36).
  /// - Throws: `.headerMismatch`
  func check(version: String?, method: String, params: JSONObject) throws(RPCError) {
    if let version, versions.count != 1 || !versions[0].hasSameBytes(as: version) {
      throw Self.mismatch("MCP-Protocol-Version")
    }
    let mayBeMissing = version == nil
    guard
      mayBeMissing && methods.isEmpty || methods.count == 1 && methods[0].hasSameBytes(as: method)
    else { throw Self.mismatch("Mcp-Method") }
    guard let name = Self.name(in: params, of: method) else { return }
    guard mayBeMissing && names.isEmpty || names.count == 1 && Self.says(names[0], name)
    else { throw Self.mismatch("Mcp-Name") }
  }

  /// Never echo the value of a field: it may be a secret in the wrong place.
  private static func mismatch(_ field: String) -> RPCError {
    .headerMismatch("\(field) must be there once and say what the body says")
  }

  /// What `Mcp-Name` mirrors ("Standard Request Headers").
  private static func name(in params: JSONObject, of method: String) -> String? {
    switch method {
    case "tools/call", "prompts/get": params["name"]?.string
    case "resources/read": params["uri"]?.string
    default: nil
    }
  }

  /// Whether `value` is `name`, plain or in the Base64 sentinel ("Value Encoding").
  ///
  /// The name is encoded instead of the value decoded: each name has only one encoding.
  private static func says(_ value: String, _ name: String) -> Bool {
    guard value.utf8.starts(with: "=?base64?".utf8), value.utf8.suffix(2).elementsEqual("?=".utf8)
    else {
      return value.hasSameBytes(as: name)
    }
    return value.hasSameBytes(as: "=?base64?\(Base64.standard.text(of: Array(name.utf8)))?=")
  }
}
