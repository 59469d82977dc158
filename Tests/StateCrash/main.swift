import Crypto
import State
import Support
import SystemC

// Started by CrashTests, which kills it: StateCrash FILE RUN. Without end, it redeems a code and rotates
// the refresh token three times, and does the same with the refresh token of a connection to a service.
// Each line that it prints acknowledges one operation that has returned: "0", "1", … is the number of the
// grant, then the number of the newest refresh token. A third number is that of the connection's token.

let path = CommandLine.arguments[1]
let run = CommandLine.arguments[2]
let state = try AuthorizationState(path: path)

func digest(_ kind: String, _ grant: Int, _ number: Int = 0) -> SHA256Digest {
  SHA256Digest(of: "\(kind) \(run) \(grant) \(number)".utf8)
}

func acknowledge(_ grant: Int, _ token: Int, connection: Int? = nil) {
  let line = Array("\(grant) \(token)\(connection.map { " \($0)" } ?? "")\n".utf8)
  unsafe write(1, line, line.count)
}

/// As the tests know it.
let key = SealingKey([UInt8](repeating: 1, count: 32))

func sealed(_ token: Int, _ grant: Int) -> (_ generation: Int) -> [UInt8] {
  { generation in key.seal(Array("\(token)".utf8), for: "\(run) \(grant) \(generation)") }
}

for grant in 0... {
  let now = WallTime(milliseconds: 0)
  let end = now + .seconds(60)
  let code = AuthorizationCode(
    userID: "u", userName: "U", clientID: "\(run) \(grant)", redirectURI: "r", resource: "s",
    challenge: "c", scope: "", expiresAt: end)
  try state.issueCode(digest("code", grant), code, now: now)
  let redemption = try state.redeem(
    digest("code", grant),
    CodeRequest(clientID: code.clientID, redirectURI: "r", resource: "s"),
    for: NewGrant(
      id: code.clientID, endsAt: end,
      refreshToken: NewRefreshToken(hash: digest("token", grant), idleEnd: end)),
    now: now, verifies: { _ in true })
  guard case .granted = redemption else { fatalError("\(redemption)") }
  acknowledge(grant, 0)
  for token in 1...3 {
    let rotation = try state.rotate(
      digest("token", grant, token - 1),
      to: NewRefreshToken(hash: digest("token", grant, token), idleEnd: end),
      client: code.clientID, resource: "s", now: now)
    guard case .rotated = rotation else { fatalError("\(rotation)") }
    acknowledge(grant, token)
  }
  let connection = NewUpstreamConnection(
    user: code.clientID, service: "jira", origin: "o", scope: "")
  try state.store(connection, now: now, seal: sealed(0, grant))
  acknowledge(grant, 3, connection: 0)
  for token in 1...3 {
    // As a renewal: the lease, the answer of the service, and the new token.
    let lease = UpstreamLease(owner: [UInt8(token)], until: end)
    guard
      case .leased(let old) = try state.lease(
        user: code.clientID, service: "jira", lease, now: now),
      case .replaced = try state.replace(
        old, under: lease.owner, now: now, seal: sealed(token, grant))
    else { fatalError("the lease is not free") }
    acknowledge(grant, 3, connection: token)
  }
}
