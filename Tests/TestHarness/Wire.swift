/// Requests as text, in the form that a client writes.
package enum Wire {
  package static let modernMeta =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#

  /// A modern request. `params` has members, each followed by a comma.
  package static func modern(
    _ method: String, id: String = "1", params: String = "", meta: String = ""
  ) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)"_meta":{\#(modernMeta)\#(meta)}}}"#
  }

  /// A modern call of a tool. `arguments` and `meta` are the text inside the braces.
  package static func call(
    _ tool: String, id: String = "1", _ arguments: String, meta: String = ""
  ) -> String {
    modern(
      "tools/call", id: id, params: #""name":"\#(tool)","arguments":{\#(arguments)},"#, meta: meta)
  }

  package static func legacy(_ method: String, id: String = "1", params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
  }

  /// The modern reply to a calculation.
  package static func result(_ number: String, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(number)"}],"isError":false,"#
      + #""structuredContent":{"result":\#(number)},"resultType":"complete","_meta":{\#(StdioHarness.serverInfo)}}}"#
  }

  /// The modern reply to a failed call. `kind` is its `calculator/error`.
  package static func failure(_ text: String, kind: String? = nil, id: String = "1") -> String {
    let head =
      #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(text)"}],"isError":true,"#
    let kind = kind.map { #""calculator/error":"\#($0)","# } ?? ""
    return kind.isEmpty
      ? head + #""resultType":"complete","_meta":{\#(StdioHarness.serverInfo)}}}"#
      : head + #""_meta":{\#(kind)\#(StdioHarness.serverInfo)},"resultType":"complete"}}"#
  }

  package static func error(_ code: Int, _ message: String, id: String? = "1") -> String {
    let id = id.map { #""id":\#($0),"# } ?? ""
    return #"{"jsonrpc":"2.0",\#(id)"error":{"code":\#(code),"message":"\#(message)"}}"#
  }
}
