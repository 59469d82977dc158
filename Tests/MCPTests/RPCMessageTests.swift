import JSON
import Testing

@testable import MCP

/// JSON-RPC 2.0 §4 and §5: how a single message is parsed.
struct RPCMessageTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let message: String
    /// The kind of the message with its parts, or the reply to an invalid one.
    let reading: String
    var testDescription: String { message }

    init(_ message: String, _ reading: String) { (self.message, self.reading) = (message, reading) }
  }

  static func rejected(_ reason: String, id: String? = nil, code: Int = -32600) -> String {
    let id = id.map { #""id":\#($0),"# } ?? ""
    let kind = code == -32600 ? "request" : "params"
    return
      #"{"jsonrpc":"2.0",\#(id)"error":{"code":\#(code),"message":"Invalid \#(kind): \#(reason)"}}"#
  }

  static let requests: [Row] = [
    Row(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request 1 ping {}"),
    Row(#"{"id":1,"method":"ping","jsonrpc":"2.0"}"#, "request 1 ping {}"),
    Row(#"{"jsonrpc":"2.0","id":"","method":""}"#, #"request ""  {}"#),
    Row(#"{"jsonrpc":"2.0","id":-0,"method":"x"}"#, "request -0 x {}"),
    Row(#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1}}"#, #"request 1 x {"a":1}"#),
    Row(#"{"jsonrpc":"2.0","id":1,"method":"x","params":null}"#, "request 1 x {}"),
    Row(#"{"jsonrpc":"2.0","id":1,"method":"x","y":[]}"#, "request 1 x {}"),
    Row(#"{"jsonrpc":"2.0","id":1,"method":"x","result":1,"error":1}"#, "request 1 x {}"),
  ]

  /// §4.1: notifications never get a reply, not even an error.
  static let notifications: [Row] = [
    Row(
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      "notification notifications/initialized"),
    Row(#"{"jsonrpc":"2.0","method":"tools/call","params":[]}"#, "notification tools/call"),
    Row(#"{"jsonrpc":"2.0","method":"x","params":1}"#, "notification x"),
  ]

  /// §5: a response gets no reply, even if it is malformed.
  static let responses: [Row] = [
    Row(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "response"),
    Row(#"{"jsonrpc":"2.0","id":1,"error":{}}"#, "response"),
    Row(#"{"jsonrpc":"2.0","id":null,"error":{}}"#, "response"),
    Row(#"{"result":null}"#, "response"), Row(#"{"id":[],"error":5}"#, "response"),
  ]

  static let noObjects: [Row] = ["1", "null", "true", #""ping""#, "[]", #"[{"jsonrpc":"2.0"}]"#]
    .map { Row($0, rejected("a message is one JSON object")) }

  /// S12: the identifier is checked first, because each later error repeats it.
  static let identifiers: [Row] = ["null", "1.5", "1.0", "1e1", "true", "[]", "{}"].map {
    Row(#"{"jsonrpc":"2.0","id":\#($0),"method":"x"}"#, rejected(RequestID.rule))
  }

  static let version = #"jsonrpc must be \"2.0\""#
  static let versions: [Row] = [
    Row(#"{"id":1,"method":"x"}"#, rejected(version, id: "1")),
    Row("{}", rejected(version)),
    Row(#"{"id":1,"method":"x","jsonrpc":2.0}"#, rejected(version, id: "1")),
    Row(#"{"id":1,"method":"x","jsonrpc":"1.0"}"#, rejected(version, id: "1")),
    Row(#"{"id":1,"method":"x","jsonrpc":"2.0 "}"#, rejected(version, id: "1")),
    Row(#"{"id":1,"method":"x","jsonrpc":null}"#, rejected(version, id: "1")),
  ]

  static let methods: [Row] = [
    Row(#"{"jsonrpc":"2.0","id":"a"}"#, rejected("method must be a string", id: #""a""#)),
    Row(#"{"jsonrpc":"2.0"}"#, rejected("method must be a string")),
    // A similar name is another name (J2).
    Row(#"{"jsonrpc":"2.0","id":1,"Method":"x"}"#, rejected("method must be a string", id: "1")),
    Row(#"{"jsonrpc":"2.0","id":1,"method":5}"#, rejected("method must be a string", id: "1")),
    Row(#"{"jsonrpc":"2.0","id":1,"method":null}"#, rejected("method must be a string", id: "1")),
    Row(
      #"{"jsonrpc":"2.0","id":1,"method":null,"result":{}}"#,
      rejected("method must be a string", id: "1")),
  ]

  /// MCP has no positional parameters.
  static let params: [Row] = ["[]", "[1]", "1", #""a""#, "true"].map {
    Row(
      #"{"jsonrpc":"2.0","id":1,"method":"x","params":\#($0)}"#,
      rejected("params must be an object", id: "1", code: -32602))
  }

  @Test(
    arguments: requests + notifications + responses + noObjects + identifiers + versions + methods
      + params)
  func reads(_ row: Row) throws {
    let json = try JSONParser.parse(Array(row.message.utf8))
    #expect(Self.reading(json) == row.reading)
  }

  private static func reading(_ json: JSONValue) -> String {
    do throws(RPCMessage.Rejection) {
      switch try RPCMessage(json) {
      case .request(let id, let method, let params):
        return "request \(text(id.json)) \(method) \(text(.object(params)))"
      case .notification(let method): return "notification \(method)"
      case .response: return "response"
      }
    } catch {
      return text(Reply.error(error.id, error.error).json)
    }
  }

  private static func text(_ json: JSONValue) -> String {
    String(decoding: json.serialized(), as: UTF8.self)
  }
}
