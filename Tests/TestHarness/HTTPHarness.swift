package import Support
package import TestSupport
package import Auth
import Calculator
package import MCPServiceHTTP
package import MCPService
package import HTTPTransport
import JOSE
import Synchronization

/// `CalculatorHTTP` without sockets, with clocks that the test moves.
package final class HTTPHarness: Sendable {
  package static let key = "correct-horse-battery-staple"
  package static let secret = "0123456789abcdef0123456789abcdef"
  package static let user = "anshika"
  package static let password = "pass:wörd"
  package static let environment = [
    "CALCULATOR_API_KEY": key, "JWT_SECRET": secret, "CALCULATOR_BASIC_USER": user,
    "CALCULATOR_BASIC_PASSWORD": password,
  ]
  /// The `serverInfo` of every modern result.
  package static let serverInfo =
    #""io.modelcontextprotocol/serverInfo":{"name":"calculator-http","title":"Calculator","version":"\#(calculatorVersion)"}"#

  /// Each configuration is read once, because hashing a password takes long.
  private static let configurations = Mutex<[[String: String?]: HTTPConfiguration]>([:])

  /// The usual environment, changed.
  package static func configuration(_ changes: [String: String?]) throws -> HTTPConfiguration {
    if let known = configurations.withLock({ $0[changes] }) { return known }
    var environment = environment
    for (name, value) in changes { environment[name] = value }
    let new = try HTTPConfiguration.read(environment: environment, file: nil, host: "127.0.0.1")
    configurations.withLock { $0[changes] = new }
    return new
  }

  package let clock = ManualClock()
  package let service: HTTPService
  private let lines: Lines

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  /// - Parameter pool: the threads that check passwords; by default the calling thread.
  package init(
    _ changes: [String: String?] = [:],
    offering definition: ServerDefinition = CalculatorServer.http,
    pool: any BlockingPool = ImmediatePool()
  ) throws {
    let lines = Lines()
    self.lines = lines
    let clock = clock
    let log = Log(
      level: .info, now: { clock.now },
      write: { line in lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    let configuration = try Self.configuration(changes)
    let random = SeededBytes(seed: 1)
    let ticks = Ticks()
    self.ticks = ticks
    service = HTTPService(
      configuration, offering: definition, audit: AuditLog(log),
      now: { clock.now }, clock: { ticks.now }, random: random.make, pool: pool)
  }

  private let ticks: Ticks

  private final class Ticks: Sendable {
    private let time = Mutex(MonotonicTime(nanoseconds: 1_000_000_000))
    var now: MonotonicTime { time.withLock { $0 } }
    func advance(_ amount: Duration) { time.withLock { $0 = $0 + amount } }
  }

  package func advance(seconds: Int) {
    clock.advance(seconds: seconds)
    ticks.advance(.seconds(seconds))
  }

  /// The log since the last call.
  package func takeLog() -> [String] {
    lines.all.withLock { all in
      defer { all = [] }
      return all
    }
  }

  /// - Parameter bodyFault: what ends the body instead of its last byte.
  package func send(
    _ method: String = "POST", _ path: String = "/mcp", query: String? = nil,
    fields: [(String, String)], body: String = "", bodyFault: HTTPFault? = nil,
    from peer: String = "127.0.0.1"
  ) -> HTTPResponse {
    let request = request(
      method, path, query: query, fields: fields, body: body, bodyFault: bodyFault, from: peer)
    return ThreadExecutor.run { [service] in await service.respond(to: request) }
  }

  /// - Parameter bodyFault: what ends the body instead of its last byte.
  package func request(
    _ method: String = "POST", _ path: String = "/mcp", query: String? = nil,
    fields: [(String, String)], body: String = "", bodyFault: HTTPFault? = nil,
    from peer: String = "127.0.0.1"
  ) -> HTTPRequest {
    guard let address = IPAddress(peer) else { preconditionFailure("a test's peer has no address") }
    return HTTPRequest(
      method: method, path: path, query: query, fields: HTTPFields(fields), peer: address,
      isEncrypted: false
    ) { limit in
      if let bodyFault { return .failure(bodyFault) }
      return body.utf8.count > limit ? .failure(.bodyTooLarge) : .success(Array(body.utf8))
    }
  }

  /// An access token like those of `CalculatorJWT`.
  package func token(_ permissions: [Permission] = [.calculateBasic], for user: Subject = "anshika")
    throws
    -> String
  {
    let key = try HMACKey(secret: Array(Self.secret.utf8), allowingWeak: false)
    let now = clock.now.wholeSeconds
    return try KeySet(current: key).sign(
      TokenClaims(
        issuer: "calculator", subject: user, audience: ["calculator"], issuedAt: now,
        expiresAt: now + .seconds(3600), identifier: "id-\(now.milliseconds)",
        permissions: permissions.map(\.rawValue), family: "family"), as: .accessToken)
  }
}

extension HTTPResponse {
  package subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Runs work immediately on the calling thread.
package struct ImmediatePool: BlockingPool {
  package init() {}

  package func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    work()
  }
}
