import Auth
import Crypto
import JOSE
import JSON
import Support

// Measures signing and verifying a token. It is a target of the package, because it calls `package`
// code. Package.swift lists it only if CALCULATOR_BENCHMARKS is 1, so an ordinary build omits it.
//
//   JWTBenchmark                    one line each: name, tab, median in nanoseconds
//   JWTBenchmark --print-token      the token as JSON, with the settings that verify it

let secret = "benchmarks-sign-with-a-secret-that-is-no-secret-0123456789abcdef"
let issuer = "https://calculator.example"
let audience = "https://calculator.example/mcp"
// From 2026 to 2100, so that PyJWT, which reads the machine's clock, accepts it.
let issuedAt = WallTime(milliseconds: 1_767_225_600_000)
let expiresAt = WallTime(milliseconds: 4_102_444_800_000)

let key = try HMACKey(secret: Array(secret.utf8))
let keys = KeySet(current: key)
let policy = AccessTokenPolicy(keys: keys, issuer: issuer, audience: audience)
let claims = try TokenClaims(
  issuer: issuer, subject: Subject(constant: "anshika"), audience: [audience], issuedAt: issuedAt,
  expiresAt: expiresAt, identifier: "Zk3bN0aVQk6rJt2mYxw7Lg",
  permissions: ["calculate:basic", "calculate:advanced"])
let token = try keys.sign(claims, as: .accessToken)
// The signature has 43 characters, and the point before it one.
let signingInput = Array(token.utf8.dropLast(44))
let mac = HMACSHA256(key: Array(secret.utf8))

if CommandLine.arguments.dropFirst() == ["--print-token"] {
  let order: JSONValue = [
    "token": .string(token), "secret": .string(secret), "issuer": .string(issuer),
    "audience": .string(audience),
  ]
  print(String(decoding: order.serialized(), as: UTF8.self))
} else {
  try measure()
}

func measure() throws {
  let batches = 51
  let calls = 1000
  let cases: [(name: String, call: () throws -> Int)] = [
    ("HMAC-SHA256 of \(signingInput.count) bytes", { mac.code(for: signingInput[...]).count }),
    (
      "verify \(token.utf8.count) bytes",
      { try policy.verify(token, as: .accessToken, now: issuedAt).permissions.count }
    ),
    ("issue", { try keys.sign(claims, as: .accessToken).utf8.count }),
  ]
  var taken = [[Double]](repeating: [], count: cases.count)
  var sum = 0  // the calls have a result that is used, so the compiler cannot remove them
  let clock = ContinuousClock()
  // The cases take turns, so that other load on the machine affects all of them. The first round
  // is not counted.
  for batch in 0...batches {
    for (index, (_, call)) in cases.enumerated() {
      let duration = try clock.measure { for _ in 0..<calls { sum &+= try call() } }
      if batch > 0 { taken[index].append(duration / .nanoseconds(calls)) }
    }
  }
  precondition(sum > 0)

  for ((name, _), taken) in zip(cases, taken) {
    print("\(name)\t\(Int(taken.sorted()[batches / 2].rounded()))")
  }
}
