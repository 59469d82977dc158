private import Support
internal import JSON

/// MCP in both eras. It parses a message and answers every method that needs no tool.
///
/// `MCPServer+Methods.swift` has the methods, and `MCPServer+Replies.swift` the form of their results.
package struct MCPServer: Sendable {
  /// The result of one message.
  package enum Outcome: Sendable {
    /// A notification or a response. It gets no reply.
    case silence
    case reply(Reply)
    case call(ToolCall)

    /// The identifier of the request; `nil` if it has none, or if it could not be read.
    package var id: RequestID? {
      switch self {
      case .silence: nil
      case .reply(let reply): reply.id
      case .call(let call): call.id
      }
    }
  }

  /// The content of one line over stdio, or of one body over HTTP.
  package enum Received: Sendable {
    case message(Outcome)
    /// At least one message. The replies form one array. If no message has a reply, nothing is
    /// sent.
    case batch([Outcome])
  }

  /// The number of messages in a batch. It bounds the work of the server and the size of the reply.
  package static let maximumBatch = 50

  let info: ServerInfo
  let tools: JSONValue

  package init(info: ServerInfo, tools: [ToolDefinition]) {
    self.info = info
    self.tools = .array(tools.map(\.json))
  }

  /// Parses `bytes` as one message or a batch. Answers every method that needs no tool, and runs no
  /// tool.
  package func receive(_ bytes: [UInt8], in session: inout Session) -> Received {
    guard let json = try? JSONParser.parse(bytes) else {
      return .message(.reply(.error(nil, .parseError)))
    }
    guard case .array(let messages) = json, session.allowsBatches else {
      return .message(outcome(of: json, in: &session))
    }
    guard 1...Self.maximumBatch ~= messages.count else {  // S12; JSON-RPC 2.0 §6: not empty
      let reason = "a batch has 1 to \(Self.maximumBatch) messages"
      return .message(.reply(.error(nil, .invalidRequest(reason))))
    }
    var inBatch = session
    inBatch.isInBatch = true
    return .batch(messages.map { outcome(of: $0, in: &inBatch) })
  }

  private func outcome(of json: JSONValue, in session: inout Session) -> Outcome {
    do throws(RPCMessage.Rejection) {
      switch try RPCMessage(json) {
      case .notification, .response: return .silence
      case .request(let id, let method, let params):
        do throws(RPCError) {
          return try answer(id, method, params, in: &session)
        } catch {
          return .reply(.error(id, error))
        }
      }
    } catch {
      return .reply(.error(error.id, error.error))
    }
  }
}
