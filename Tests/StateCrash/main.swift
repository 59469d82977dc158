import Crypto
import State
import Support
import SystemC

// Started by CrashTests, which kills it: StateCrash FILE RUN. Without end, it redeems a code and rotates
// the refresh token three times. Each line that it prints acknowledges one operation that has
// returned: "0", "1", … is the number of the grant, then the number of the newest refresh token.

let path = CommandLine.arguments[1]
let run = CommandLine.arguments[2]
let state = try AuthorizationState(path: path)

func digest(_ kind: String, _ grant: Int, _ number: Int = 0) -> SHA256Digest {
  SHA256Digest(of: "\(kind) \(run) \(grant) \(number)".utf8)
}

func acknowledge(_ grant: Int, _ token: Int) {
  let line = Array("\(grant) \(token)\n".utf8)
  unsafe write(1, line, line.count)
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
}
