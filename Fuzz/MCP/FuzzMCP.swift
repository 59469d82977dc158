import Support
import Auth
import Calculator
import MCPService
import JSON
import MCP

/// The whole pipeline, with a key that the fuzzer cannot guess.
private let pipeline: Pipeline = {
  let environment = Environment(["CALCULATOR_API_KEY": "not-to-be-guessed-9f2c7b61d5"])
  guard
    let configuration = try? StdioConfiguration.read(
      environment: environment, file: nil, after: .none)
  else { fatalError("the configuration is valid") }
  let log = Log(level: .info, now: { WallTime(milliseconds: 0) }, write: check)
  return APIKeyService(
    configuration, offering: CalculatorServer.stdio, audit: AuditLog(log)
  ).pipeline
}()

/// The entry point of libFuzzer. It checks that a reply is one line of strict JSON, and that no
/// call without the key runs a tool.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  for version in [nil, ProtocolVersion.v2025_11_25, .v2025_03_26] {
    let reply = ThreadExecutor.run {
      var session = Session(legacyVersion: version)
      return await pipeline.answer(bytes, in: &session)
    }
    guard let reply else { continue }
    guard let message = try? JSONParser.parse(reply) else { fatalError("the reply is no JSON") }
    precondition(!reply.contains(UInt8(ascii: "\n")), "a reply is one line")
    let replies: [JSONValue] = if case .array(let batch) = message { batch } else { [message] }
    precondition(replies.count <= MCPServer.maximumBatch, "a batch is bounded")
    precondition(
      replies.allSatisfy { $0.object?["result"]?.object?["structuredContent"] == nil },
      "calculated without the key")
  }
  return 0
}

/// Checks that a log line is one line of printable ASCII.
@Sendable private func check(_ line: [UInt8]) {
  precondition(line.last == UInt8(ascii: "\n") && line.dropLast().allSatisfy { 0x20..<0x7F ~= $0 })
}
