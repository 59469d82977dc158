package import Auth
import CalculatorServer
import JSON
import MCP
import Synchronization

/// A server over stdio without its process: lines in, lines out, with the log to look at.
package final class StdioHarness {
  package static let key = "correct-horse-battery-staple"
  package static let environment = ["CALCULATOR_API_KEY": key]

  /// What every modern result carries.
  package static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"calculator-stdio","title":"Calculator","version":"\#(calculatorVersion)"}"#

  package let keys: APIKeyAuthenticator
  private let pipeline: Pipeline
  private var conversation = Conversation()
  private let lines: Lines

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  package init(environment: [String: String] = StdioHarness.environment) throws {
    let configuration = try StdioConfiguration.read(environment: environment, file: nil)
    let lines = Lines()
    let log = Log(
      level: configuration.logLevel, now: { Timestamp(milliseconds: 0) },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    self.lines = lines
    keys = APIKeyAuthenticator(keys: configuration.keys)
    pipeline = Pipeline(configuration, keys: keys, audit: AuditLog(log))
  }

  /// The log since the last call.
  package func takeLog() -> [String] {
    lines.all.withLock { all in
      defer { all = [] }
      return all
    }
  }

  package func send(_ line: String) -> String? { send(bytes: Array(line.utf8)) }

  package func send(bytes: [UInt8]) -> String? {
    pipeline.answer(bytes, in: &conversation).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Does the handshake of a legacy revision.
  package func initialize(_ version: String = "2025-11-25") -> String? {
    send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(version)","#
        + #""capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#)
  }
}

/// Requests as text, the way a client writes them.
package enum Wire {
  package static let modernMeta =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#

  /// A modern request; `params` are members with a comma behind each.
  package static func modern(
    _ method: String, id: String = "1", params: String = "", meta: String = ""
  ) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)"_meta":{\#(modernMeta)\#(meta)}}}"#
  }

  /// A modern call of a tool; `arguments` and `meta` are the text inside the braces.
  package static func call(
    _ tool: String, id: String = "1", _ arguments: String, meta: String = ""
  ) -> String {
    modern(
      "tools/call", id: id, params: #""name":"\#(tool)","arguments":{\#(arguments)},"#, meta: meta)
  }

  package static func legacy(_ method: String, id: String = "1", params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
  }

  /// The modern reply of a calculation.
  package static func result(_ number: String, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(number)"}],"isError":false,"#
      + #""structuredContent":{"result":\#(number)},"resultType":"complete","_meta":{\#(StdioHarness.serverInfo)}}}"#
  }

  /// The modern reply of a call that failed; `kind` is its `calculator/error`.
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
