import Support
import Auth
import Calculator
import MCPServiceHTTP
import MCPService
import HTTPTransport
import JOSE
import Crypto

// Measures a request without its socket: the whole pipeline with each kind of credential, and the
// bucket alone. It is a target of the package, because it calls `package` code. Package.swift lists
// it only if CALCULATOR_BENCHMARKS is 1.

let apiKey = "benchmarks-guard-with-a-key-that-is-no-key"
let secret = "benchmarks-sign-with-a-secret-that-is-no-secret-0123456789abcdef"
let limit = ["CALCULATOR_RATE_LIMIT": "1000000/second", "CALCULATOR_LOG": "info"]

func pipeline(_ environment: [String: String]) throws -> HTTPPipeline {
  let configuration = try HTTPConfiguration.read(
    environment: Environment(limit.merging(environment) { $1 }), file: nil, host: "127.0.0.1",
    after: .none)
  let log = Log(level: .info, now: WallTime.now, write: { _ in })
  return HTTPService(
    configuration, offering: CalculatorServer.http, audit: AuditLog(log)
  ).pipeline
}

let key = try HMACKey(secret: Array(secret.utf8))
let issuedAt = WallTime.now().wholeSeconds
let token = try KeySet(current: key).sign(
  TokenClaims(
    issuer: "calculator", subject: Subject(constant: "anshika"), audience: ["calculator"],
    issuedAt: issuedAt,
    expiresAt: issuedAt + .seconds(3600), identifier: "0123456789abcdef0123456789abcdef",
    permissions: ["calculate:basic", "calculate:advanced"],
    family: "0123456789abcdef0123456789abcdee"), as: .accessToken)

let body = Array(
  """
  {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":0.1,\
  "b":0.2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
  "io.modelcontextprotocol/clientCapabilities":{}}}}
  """.utf8)

func request(_ more: [(String, String)]) throws -> HTTPRequest {
  guard let peer = IPAddress("127.0.0.1") else { preconditionFailure("it is an address") }
  return HTTPRequest(
    method: "POST", path: "/mcp", query: nil,
    fields: HTTPFields(
      [
        ("Host", "127.0.0.1:8080"), ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"), ("Mcp-Name", "add"),
      ] + more), peer: peer, isEncrypted: false, body: { _ in .success(body) })
}

func call(_ pipeline: HTTPPipeline, _ request: HTTPRequest) async -> Int {
  await pipeline.respond(to: request).status == 200 ? 1 : 0
}

func keys(_ count: Int) -> APIKeyAuthenticator {
  APIKeyAuthenticator(
    APIKeyStore(
      (1...count).map { place in
        APIKey(
          name: Subject(constant: "n\(place)"),
          digest: SHA256Digest(of: (place == 1 ? apiKey : "\(place)").utf8),
          role: .basic, expires: nil)
      }), now: WallTime.now)
}

func found(by authenticator: APIKeyAuthenticator) async -> Int {
  let identity = try? await authenticator.authenticate(.apiKey(Secret(apiKey)), from: .local)
  return identity == nil ? 0 : 1
}

let open = try pipeline(["CALCULATOR_REQUIRE_AUTH": "false", "CALCULATOR_RATE_LIMIT": "off"])
let keyed = try pipeline(["CALCULATOR_API_KEY": apiKey])
let signed = try pipeline(["JWT_SECRET": secret])
let (bare, withKey) = (try request([]), try request([("X-API-Key", apiKey)]))
let withToken = try request([("Authorization", "Bearer \(token)")])
let table = BucketTable(limit: RateLimit(count: 1_000_000, period: .second))
let full = BucketTable(limit: RateLimit(count: 1, period: .hour))
let start = MonotonicTime(nanoseconds: 1)
for address in 0..<90_000 {
  _ = full.take(BucketKey(address: Bits128(UInt128(address))), at: start)
}
let (one, many) = (keys(1), keys(100_000))
// Reads a table as large as the bucket table in random order. Each read depends on the one before.
var steps = Array(0..<(6 << 20) / MemoryLayout<Int>.stride)
for last in steps.indices.reversed().dropLast() { steps.swapAt(last, Int.random(in: 0..<last)) }
var place = 0
var turn = 0

let cases: [(name: String, call: () async throws -> Int)] = [
  ("a tools/call without authentication and limits", { await call(open, bare) }),
  ("with an API key and limits", { await call(keyed, withKey) }),
  ("with a token and limits", { await call(signed, withToken) }),
  (
    "a bucket, one caller",
    {
      turn += 1
      return table.take(BucketKey(address: 1), at: start + .nanoseconds(turn * 10_000)).isAllowed
        ? 1 : 0
    }
  ),
  (
    "a bucket, 90,000 callers",
    {
      turn += 1
      return full.take(BucketKey(address: Bits128(UInt128(turn % 90_000))), at: start).isAllowed
        ? 0 : 1
    }
  ),
  (
    "one step through 6 MB, for comparison",
    {
      place = steps[place]
      return 1
    }
  ),
  ("a key, one of 1", { await found(by: one) }),
  ("a key, one of 100,000", { await found(by: many) }),
]

// The first argument lowers the number of batches, for a profiler that counts instructions.
let (batches, calls) = (CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 101, 500)
var taken = [[Double]](repeating: [], count: cases.count)
let clock = ContinuousClock()
// The cases take turns, so that other load on the machine affects all of them. The first round is
// not counted.
for batch in 0...batches {
  for (index, (name, call)) in cases.enumerated() {
    var right = 0
    let start = clock.now
    for _ in 0..<calls { right += try await call() }
    let duration = clock.now - start
    precondition(right == calls, "\(name): wrong answers")
    if batch > 0 { taken[index].append(duration / .nanoseconds(calls)) }
  }
}
let medians = taken.map { $0.sorted()[batches / 2] }
print("| \(batches) batches of \(calls) calls | median ns | times the first |")
print("| --- | --- | --- |")
for ((name, _), median) in zip(cases, medians) {
  let hundredths = Int((median / medians[0] * 100).rounded())
  print("| \(name) | \(Int(median.rounded())) | \(Double(hundredths) / 100) |")
}
