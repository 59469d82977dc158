private import Support
internal import JSON
private import Synchronization

/// The parameters of tools that a client repeats in header fields (MCP 2026-07-28
/// basic/transports/streamable-http, "Custom Headers from Tool Parameters"). They are learned from
/// the results of `tools/list`, in bounded memory.
///
/// The file is longer than 150 lines because it holds all rules of `x-mcp-header`.
final class ToolHeaders: Sendable {
  private struct State {
    var tools: [[UInt8]: [ToolParameter]] = [:]
    var bytes = 0
  }

  /// In bytes: the names that are kept. Beyond it all are forgotten: a server then refuses a call
  /// without its fields, and the tools are listed again.
  private static let mostBytes = 1 << 20
  /// In bytes: the values of one call.
  private static let longestValues = 8192
  /// −2⁵³+1 to 2⁵³−1
  private static let safe = -9_007_199_254_740_991...9_007_199_254_740_991

  private let state = Mutex(State())

  /// Learns the tools of a result, and takes out those that a client must reject.
  /// - Returns: `nil` if the result stays as it is; otherwise the result without the rejected tools,
  ///   and their names.
  func learn(_ result: JSONObject) -> (result: JSONObject, rejected: [String])? {
    guard case .array(let tools) = result["tools"] else { return nil }
    var (kept, rejected): ([JSONValue], [String]) = ([], [])
    for tool in tools {
      guard let name = tool.object?["name"]?.string else {
        kept.append(tool)
        continue
      }
      if let parameters = ToolParameter.all(in: tool.object?["inputSchema"] ?? .null) {
        remember(parameters, of: Array(name.utf8))
        kept.append(tool)
      } else {
        rejected.append(name)
      }
    }
    if rejected.isEmpty { return nil }
    var result = result
    result["tools"] = .array(kept)
    return (result, rejected)
  }

  private func remember(_ parameters: [ToolParameter], of name: [UInt8]) {
    let size = parameters.reduce(name.count) { $0 + $1.size }
    state.withLock { state in
      if let old = state.tools.removeValue(forKey: name) {
        state.bytes -= old.reduce(name.count) { $0 + $1.size }
      }
      if parameters.isEmpty || size > Self.mostBytes { return }
      if state.bytes + size > Self.mostBytes { state = State() }
      state.tools[name] = parameters
      state.bytes += size
    }
  }

  /// The fields for a call with these parameters of `tools/call`.
  /// - Throws: `.longParameter`
  func fields(for params: JSONObject) throws(BridgeError) -> [(name: String, value: String)] {
    guard let name = params["name"]?.string else { return [] }
    let parameters = state.withLock { $0.tools[Array(name.utf8)] ?? [] }
    var fields: [(name: String, value: String)] = []
    var left = Self.longestValues
    for parameter in parameters {
      guard let text = Self.text(parameter.value(in: params["arguments"])) else { continue }
      let value = HeaderValue.encode(text)
      left -= value.utf8.count
      guard left >= 0 else { throw .longParameter }
      fields.append((name: "Mcp-Param-\(parameter.field)", value: value))
    }
    return fields
  }

  /// "Type conversion"; `nil` if the field is omitted.
  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number):
      number.integer.flatMap { safe.contains($0) ? String($0) : nil }
    default: nil
    }
  }
}

/// One annotated parameter.
struct ToolParameter: Sendable, Equatable {
  private static let most = 32
  /// The keywords whose values are data and no schemas.
  private static let data = ["const", "default", "enum", "examples"]

  /// The names from the arguments to the value.
  let path: [String]
  /// The name after `Mcp-Param-`.
  let field: String

  var size: Int { path.reduce(field.utf8.count) { $0 + $1.utf8.count } }

  func value(in arguments: JSONValue?) -> JSONValue? {
    var value = arguments
    for name in path { value = value?.object?[name] }
    return value
  }

  /// The annotated parameters of an input schema; `nil` if an annotation violates a constraint
  /// ("Schema Extension").
  static func all(in schema: JSONValue) -> [ToolParameter]? {
    var all: [ToolParameter] = []
    guard collect(schema, [], isReachable: true, &all) else { return nil }
    let names = Set(all.map { $0.field.utf8.map(ASCII.lowercase) })
    return names.count == all.count ? all : nil  // unique without regard to case
  }

  private static func collect(
    _ schema: JSONValue, _ path: [String], isReachable: Bool, _ all: inout [ToolParameter]
  ) -> Bool {
    if case .array(let elements) = schema {
      return elements.allSatisfy { collect($0, path, isReachable: false, &all) }
    }
    guard let schema = schema.object else { return true }
    if let annotation = schema["x-mcp-header"] {
      // ATTACKS O184: counted before it is kept, since each one has a path of its own.
      guard all.count < most, isReachable, !path.isEmpty, let field = annotation.string,
        field.utf8.count <= 128, ASCII.isToken(Array(field.utf8).span), isPrimitive(schema["type"])
      else { return false }
      all.append(ToolParameter(path: path, field: field))
    }
    return schema.members.allSatisfy { member in
      if member.name == "properties", let properties = member.value.object {
        return properties.members.allSatisfy {
          collect($0.value, path + [$0.name], isReachable: isReachable, &all)
        }
      }
      if data.contains(member.name) || member.name == "x-mcp-header" { return true }
      if schemaMaps.contains(member.name), let schemas = member.value.object {
        return schemas.members.allSatisfy { collect($0.value, path, isReachable: false, &all) }
      }
      return collect(member.value, path, isReachable: false, &all)
    }
  }

  /// The keywords whose members are named by the author, not by JSON Schema.
  private static let schemaMaps = ["$defs", "definitions", "dependentSchemas", "patternProperties"]

  /// One of the permitted types, or one of them and `null`.
  private static func isPrimitive(_ type: JSONValue?) -> Bool {
    let permitted: [JSONValue] = ["string", "integer", "boolean"]
    guard case .array(let types) = type else { return type.map(permitted.contains) ?? false }
    return types.count == 2 && types.contains("null") && types.contains(where: permitted.contains)
  }
}
