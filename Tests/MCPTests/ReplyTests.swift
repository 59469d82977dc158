import JSON
import Testing

@testable import MCP

struct ReplyTests {
  /// JSON-RPC 2.0 §5: only an error of the application has the id `null`.
  @Test func anErrorOfTheApplicationHasAnID() {
    #expect(
      text(.error(nil, .application(code: 401, "x")))
        == #"{"jsonrpc":"2.0","id":null,"error":{"code":401,"message":"x"}}"#)
    #expect(
      text(.error(RequestID("7"), .application(code: 403, "x")))
        == #"{"jsonrpc":"2.0","id":"7","error":{"code":403,"message":"x"}}"#)
    #expect(
      text(.error(nil, .methodNotFound))
        == #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"}}"#)
  }

  @Test func aBatchIsOneArray() {
    let replies: [Reply] = [.error(nil, .methodNotFound), .error(RequestID(1), .methodNotFound)]
    #expect(
      Reply.serialized(replies).map { String(decoding: $0, as: UTF8.self) }
        == "[" + replies.map(text).joined(separator: ",") + "]")
    #expect(Reply.serialized([]) == nil)
  }

  private func text(_ reply: Reply) -> String {
    String(decoding: reply.serialized(), as: UTF8.self)
  }
}
