import Foundation
import TestSupport

/// What a real client shall do with a server, and what came of it: the form that `clients/` reads
/// and prints.
struct Scenario: Encodable {
  struct Step: Encodable {
    var list: Bool?
    var call: String?
    var arguments: [String: Argument]?
    var meta: [String: String]?
  }

  enum Argument: Encodable, ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    case number(Double)
    case string(String)

    init(floatLiteral value: Double) { self = .number(value) }
    init(stringLiteral value: String) { self = .string(value) }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let value): try container.encode(value)
      case .string(let value): try container.encode(value)
      }
    }
  }

  struct Outcome: Decodable, Equatable {
    struct Server: Decodable, Equatable {
      var name: String
      var version: String
    }
    struct ProtocolError: Decodable, Equatable {
      var code: Int
      var message: String
    }
    struct Step: Decodable, Equatable {
      var tools: [String]?
      var isError: Bool?
      var text: String?
      var structured: [String: Double]?
      var errorKind: String?
      var protocolError: ProtocolError?
      var clientError: String?
    }

    var protocolVersion: String
    var server: Server
    var steps: [Step]
  }

  let command: String
  var args: [String] = []
  let env: [String: String]
  let steps: [Step]

  /// Plays the scenario with one of the clients.
  func play(with script: String, in environment: String) throws -> Outcome {
    let (status, output) = try Python.run(
      script, in: environment, input: try JSONEncoder().encode(self))
    guard status == 0 else { throw Failed(script: script, status: status) }
    return try JSONDecoder().decode(Outcome.self, from: output)
  }

  struct Failed: Error {
    let script: String
    let status: Int32
  }
}
