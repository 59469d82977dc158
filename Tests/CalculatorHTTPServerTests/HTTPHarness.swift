import Auth
import CalculatorServer
import HTTPTransport
import JWT
import Synchronization
import Testing
import TestSupport

@testable import CalculatorHTTPServer

/// `CalculatorHTTP` without its sockets, with clocks that the test moves.
final class HTTPHarness: Sendable {
  static let key = "correct-horse-battery-staple"
  static let secret = "0123456789abcdef0123456789abcdef"
  static let user = "anshika"
  static let password = "pass:wörd"
  static let environment = [
    "CALCULATOR_API_KEY": key, "JWT_SECRET": secret, "CALCULATOR_BASIC_USER": user,
    "CALCULATOR_BASIC_PASSWORD": password,
  ]
  /// What every modern result carries.
  static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"calculator-http","title":"Calculator","version":"\#(calculatorVersion)"}"#

  /// Read once: to hash a password takes long, as it should.
  private static let usual = Result { try configuration([:]) }

  private static func configuration(_ changes: [String: String?]) throws -> HTTPConfiguration {
    var environment = environment
    for (name, value) in changes { environment[name] = value }
    return try HTTPConfiguration.read(environment: environment, file: nil, host: "127.0.0.1")
  }

  let clock = ManualClock()
  let service: HTTPService
  private let lines: Lines

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  init(_ changes: [String: String?] = [:]) throws {
    let lines = Lines()
    self.lines = lines
    let clock = clock
    let log = Log(
      level: .info, now: { clock.now },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    let configuration = try changes.isEmpty ? Self.usual.get() : Self.configuration(changes)
    let random = SeededBytes(seed: 1)
    let ticks = Ticks()
    self.ticks = ticks
    service = HTTPService(
      configuration, audit: AuditLog(log), now: { clock.now }, clock: { ticks.now },
      random: random.make)
  }

  private let ticks: Ticks

  private final class Ticks: Sendable {
    private let nanoseconds = Mutex(1_000_000_000)
    var now: Int { nanoseconds.withLock { $0 } }
    func advance(_ amount: Int) { nanoseconds.withLock { $0 += amount } }
  }

  func advance(seconds: Int) {
    clock.advance(seconds: seconds)
    ticks.advance(seconds * 1_000_000_000)
  }

  /// The log since the last call.
  func takeLog() -> [String] {
    lines.all.withLock { all in
      defer { all = [] }
      return all
    }
  }

  func send(
    _ method: String = "POST", _ path: String = "/mcp", query: String? = nil,
    fields: [(String, String)], body: String = "", from peer: String = "127.0.0.1"
  ) throws -> HTTPResponse {
    var decision = service.pipeline.decide(
      HTTPRequestHead(
        method: method, path: path, query: query, fields: HTTPFields(fields),
        peer: try #require(IPAddress(peer)), isEncrypted: false))
    while case .offLoop(let work) = decision { decision = work() }
    switch decision {
    case .respond(let response): return response
    case .takeBody(let answer): return answer(.complete(Array(body.utf8)))
    case .offLoop: preconditionFailure("the loop above ends with another decision")
    }
  }

  /// An access token that `CalculatorJWT` would issue.
  func token(_ permissions: [Permission] = [.calculateBasic], for user: String = "anshika") throws
    -> String
  {
    let key = try HMACKey(secret: Array(Self.secret.utf8), allowingWeak: false)
    let now = clock.now.milliseconds / 1000 * 1000
    return try TokenSigner(keys: KeySet(current: key, previous: [])).sign(
      Claims(
        issuer: "calculator", subject: user, audience: ["calculator"], issuedAt: now,
        expiresAt: now + 3_600_000, identifier: "id-\(now)",
        permissions: permissions.map(\.rawValue), family: "family"), as: .accessToken)
  }
}

extension HTTPResponse {
  subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  var text: String { String(decoding: body, as: UTF8.self) }
}
