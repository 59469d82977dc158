package import TestSupport
import Auth
import Calculator
import MCPService
import Foundation
import Synchronization

/// `CalculatorJWT` without a process, with a clock that the test moves and fixed randomness.
package final class JWTHarness: ServerHarness {
  package static let secret = "0123456789abcdef0123456789abcdef"
  package static let environment = ["JWT_SECRET": secret]
  /// The `serverInfo` of every modern result.
  package static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"calculator-jwt","title":"Calculator","version":"\#(calculatorVersion)"}"#

  package let clock = ManualClock()

  package init(environment: [String: String] = JWTHarness.environment) throws {
    let configuration = try JWTConfiguration.read(environment: environment, file: nil)
    let clock = clock
    let random = SeededBytes(seed: 1)
    super.init { audit in
      JWTService(
        configuration, offering: CalculatorServer.jwt, audit: audit, now: { clock.now },
        random: random.make
      ).pipeline
    }
  }

  /// Calls a tool. Returns its structured result, or the text of its error.
  package func call(_ tool: String, _ arguments: String) throws -> Answer {
    let reply = send(Wire.call(tool, arguments)) ?? ""
    return try JSONDecoder().decode(Reply.self, from: Data(reply.utf8)).result
  }

  private struct Reply: Decodable { let result: Answer }

  package struct Answer: Decodable {
    package struct Content: Decodable { package let text: String }
    package struct Structured: Decodable {
      package let access_token: String?
      package let refresh_token: String?
      package let expires_in: Int?
      package let expires_at: Int?
      package let permissions: [String]?
      package let subject: String?
      package let result: Double?
      package let acknowledged: Bool?
    }
    package let content: [Content]
    package let structuredContent: Structured?

    package var text: String { content.first?.text ?? "" }
    package var access: String { structuredContent?.access_token ?? "" }
    package var refresh: String { structuredContent?.refresh_token ?? "" }
  }
}
