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
    /// Whether the client first checks the arguments against the tool's schema.
    var validate: Bool?
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

    /// `nil` where no connection was made.
    var protocolVersion: String?
    var server: Server?
    var steps: [Step]
    /// Of each response over HTTP.
    var statuses: [Int]?
    /// The error that the client showed as it failed.
    var failure: ProtocolError?
  }

  /// What to start, for a server over stdio.
  var command: String?
  var args: [String] = []
  var env: [String: String] = [:]
  /// Where it is, for a server over HTTP, with the fields of each request and whom to trust.
  var url: String?
  var headers: [String: String] = [:]
  var ca: String?
  let steps: [Step]

  /// Plays the scenario with one of the clients.
  func play(with script: String, in environment: String) throws -> Outcome {
    try Self.play([self], with: script, in: environment)[0]
  }

  /// Plays several in one process, each with a connection of its own.
  static func play(_ scenarios: [Scenario], with script: String, in environment: String) throws
    -> [Outcome]
  {
    let (status, output) = try Python.run(
      script, in: environment, input: try JSONEncoder().encode(scenarios))
    guard status == 0 else { throw Failed(script: script, status: status) }
    return try JSONDecoder().decode([Outcome].self, from: output)
  }

  struct Failed: Error {
    let script: String
    let status: Int32
  }
}
