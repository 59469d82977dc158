import Foundation
import TestSupport

/// The steps of a real client, and their outcome, in the form that `clients/` reads and prints.
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

    /// `nil` if there was no connection.
    var protocolVersion: String?
    var server: Server?
    var steps: [Step]
    /// The status of each response over HTTP.
    var statuses: [Int]?
    /// The error that the client reported.
    var failure: ProtocolError?
  }

  /// The command of a server over stdio.
  var command: String?
  var args: [String] = []
  var env: [String: String] = [:]
  /// The URL of a server over HTTP, the header fields of each request, and the trusted certificate.
  var url: String?
  var headers: [String: String] = [:]
  var ca: String?
  let steps: [Step]

  /// Runs the scenario with a client.
  func play(with script: String, in environment: String) throws -> Outcome {
    try Self.play([self], with: script, in: environment)[0]
  }

  /// Runs several scenarios in one process, each with its own connection.
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
