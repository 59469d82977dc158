import Crypto
import Foundation
import Support
import TestSupport
import Testing

@testable import State

/// StateCrash redeems codes, rotates refresh tokens and renews connections, and is killed a hundred times
/// on one file.
struct CrashTests {
  /// The newest acknowledged refresh tokens, of the grant and of its connection.
  private struct Newest {
    var token = 0
    var connection: Int?
  }

  /// By grant.
  private typealias Acknowledged = [Int: Newest]

  /// ATTACKS O85
  @Test(.timeLimit(.minutes(10)))
  func noAcknowledgedGrantIsLostAndNothingUsedIsValidAgain() throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 13)
    let runs = try (0..<100).map { run in
      // 0: the process may be killed while it opens the file.
      try kill(folder.path(), run, afterLines: Int.random(in: 0...18, using: &random))
    }
    let state = try AuthorizationState(path: folder.path())
    var unacknowledged = 0
    var renewals = 0
    for (run, grants) in runs.enumerated() {
      for (grant, acknowledged) in grants {
        let name = "\(run) \(grant)"
        let newest = acknowledged.token
        #expect(try state.isActive(name, now: 0), "the grant \(name) is lost")
        // The process may have been killed between the commit and its line.
        let next = try rotate(state, run, grant, newest + 1)
        if next == .unknown {
          let current = try rotate(state, run, grant, newest)
          #expect(isRotated(current), "the token \(newest) of \(name) is lost: \(current)")
        } else {
          unacknowledged += 1
          #expect(isRotated(next), "the token \(newest + 1) of \(name) is not valid: \(next)")
        }
        for old in 0..<newest {
          let result = try rotate(state, run, grant, old)
          #expect(result == .reused(grant: name), "the token \(old) of \(name) is valid again")
        }
        let request = CodeRequest(clientID: name, redirectURI: "r", resource: "s")
        let result = try state.redeem(
          digest("code \(run) \(grant) 0"), request,
          for: NewGrant(id: "second \(name)", endsAt: 1, refreshToken: nil), now: 0,
          verifies: { _ in true })
        #expect(result == .reused(grant: name), "the code of \(name) is valid again")
        if let newest = acknowledged.connection {
          renewals += 1
          try checkConnection(state, name, newest)
        }
      }
    }
    let count = runs.reduce(0) { $0 + $1.count }
    #expect(count >= 50, "\(count) grants, \(unacknowledged) changes were not acknowledged")
    #expect(renewals >= 20, "\(renewals) connections")
    let check = try state.database.read { (connection) throws(StateError) in
      try connection.first("PRAGMA integrity_check") { (row) throws(StateError) in
        try row.text(0)
      }
    }
    #expect(check == "ok")
  }

  /// The row opens to the last acknowledged token, or to the one after it, and its lease is free in the
  /// end.
  private func checkConnection(
    _ state: AuthorizationState, _ name: String, _ newest: Int
  ) throws {
    let lease = UpstreamLease(owner: [9], until: 0 + .seconds(120))
    guard
      case .leased(let row) = try state.lease(
        user: name, service: "jira", lease, now: 0 + .seconds(60))
    else {
      Issue.record("the connection \(name) is lost")
      return
    }
    let key = SealingKey([UInt8](repeating: 1, count: 32))
    let token = key.open(row.sealedToken, for: "\(name) \(row.generation)")
      .map { String(decoding: $0, as: UTF8.self) }
    #expect(
      token == "\(newest)" || token == "\(newest + 1)",
      "the connection \(name) has \(token ?? "a token that does not open"), not \(newest)")
  }

  private func rotate(_ state: AuthorizationState, _ run: Int, _ grant: Int, _ token: Int) throws
    -> AuthorizationState.Rotation
  {
    try state.rotate(
      "token \(run) \(grant) \(token)", to: "after \(run) \(grant) \(token)",
      client: "\(run) \(grant)", resource: "s")
  }

  private func isRotated(_ rotation: AuthorizationState.Rotation) -> Bool {
    if case .rotated = rotation { true } else { false }
  }

  /// Runs StateCrash until it has printed `lines`, and kills it.
  /// - Returns: what it has acknowledged, also between the last line and its death.
  private func kill(_ database: String, _ run: Int, afterLines lines: Int) throws -> Acknowledged {
    let path = try #require(Bundle.main.executableURL)
      .deletingLastPathComponent().appending(path: "StateCrash").path
    let program = try ChildProgram([path, database, "\(run)"])
    var bytes: [UInt8] = []
    while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
      let chunk = program.read()
      try #require(!chunk.isEmpty, "StateCrash has ended by itself")
      bytes += chunk
    }
    program.send(SIGKILL)
    bytes += program.readToEnd()
    #expect(program.wait() == .signal(SIGKILL))
    var acknowledged: Acknowledged = [:]
    // One write makes one line, so no line is cut.
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let numbers = line.split(separator: UInt8(ascii: " "))
        .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
      try #require(2...3 ~= numbers.count)
      acknowledged[numbers[0], default: Newest()].token = numbers[1]
      if numbers.count == 3 { acknowledged[numbers[0]]?.connection = numbers[2] }
    }
    return acknowledged
  }
}
