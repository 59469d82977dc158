private import Support
internal import JSON

/// The MCP header fields of an HTTP request. They repeat parts of the body, so that a gateway can
/// route the request without parsing the body (MCP 2026-07-28 basic/transports/streamable-http,
/// "Request Metadata").
package struct RequestHeaders: Sendable {
  private let versions: [String]
  private let methods: [String]
  private let names: [String]

  /// - Parameters: all values of `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name`.
  package init(versions: [String], methods: [String], names: [String]) {
    self.versions = versions
    self.methods = methods
    self.names = names
  }

  /// The revision of the header. Without the header it is the oldest revision that has Streamable
  /// HTTP (MCP 2025-11-25 basic/transports, "Protocol Version Header").
  /// - Throws: `.headerMismatch` for more than one value, `.unsupportedProtocolVersion`.
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

  /// Whether a header names a modern revision.
  package var areModern: Bool {
    versions.contains { text in ProtocolVersion.modern.contains { $0.rawValue == text } }
  }

  /// Checks that the header and the body agree ("Server Validation"): a gateway reads only the
  /// header.
  /// - Parameter version: the version in the body of a modern request; `nil` in the handshake era.
  ///   A request of that era may omit `Mcp-Method` and `Mcp-Name`, but not contradict them (H36).
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

  /// Never echo the value of a field: it may contain a secret.
  private static func mismatch(_ field: String) -> RPCError {
    .headerMismatch("\(field) must be there once and say what the body says")
  }

  /// The value that `Mcp-Name` must have ("Standard Request Headers").
  private static func name(in params: JSONObject, of method: String) -> String? {
    switch method {
    case "tools/call", "prompts/get": params["name"]?.string
    case "resources/read": params["uri"]?.string
    default: nil
    }
  }

  /// Whether `value` is `name`, either plain or as Base64 in its sentinel ("Value Encoding").
  ///
  /// It encodes the name and does not decode the value, because each name has only one encoding.
  private static func says(_ value: String, _ name: String) -> Bool {
    guard value.utf8.starts(with: "=?base64?".utf8), value.utf8.suffix(2).elementsEqual("?=".utf8)
    else {
      return value.hasSameBytes(as: name)
    }
    return value.hasSameBytes(as: "=?base64?\(Base64.standard.text(of: Array(name.utf8)))?=")
  }
}
