import TestSupport
import Support
import Auth
import MCPService
import JSON
import MCP
import Synchronization

/// A server over stdio without a process: lines in, lines out, and the log.
package class ServerHarness {
  private let pipeline: Pipeline
  private var session = Session()
  private let lines: Lines

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  init(_ makePipeline: (AuditLog) -> Pipeline) {
    let lines = Lines()
    let log = Log(
      level: .info, now: { WallTime(milliseconds: 0) },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    self.lines = lines
    pipeline = makePipeline(AuditLog(log))
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
    let (reply, after) = ThreadExecutor.run { [pipeline, session] in
      var session = session
      let reply = await pipeline.answer(bytes, in: &session)
      return (reply, session)
    }
    session = after
    return reply.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Makes the handshake of a legacy revision.
  package func initialize(_ version: String = "2025-11-25") -> String? {
    send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(version)","#
        + #""capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#)
  }
}
