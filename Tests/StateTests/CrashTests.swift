import Foundation
import Support
import TestSupport
import Testing

@testable import State

/// StateCrash redeems codes and rotates refresh tokens, and is killed a hundred times on one file.
struct CrashTests {
  /// The newest acknowledged refresh token of each grant, by run and grant.
  private typealias Acknowledged = [Int: Int]

  /// ATTACKS O85
  @Test(.timeLimit(.minutes(10)))
  func noAcknowledgedGrantIsLostAndNothingUsedIsValidAgain() throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 13)
    let runs = try (0..<100).map { run in
      // 0: the process may be killed while it opens the file.
      try kill(folder.path(), run, afterLines: Int.random(in: 0...9, using: &random))
    }
    let state = try AuthorizationState(path: folder.path())
    var unacknowledged = 0
    for (run, grants) in runs.enumerated() {
      for (grant, newest) in grants {
        let name = "\(run) \(grant)"
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
      }
    }
    let count = runs.reduce(0) { $0 + $1.count }
    #expect(count >= 50, "\(count) grants, \(unacknowledged) changes were not acknowledged")
    let check = try state.database.read { (connection) throws(StateError) in
      try connection.first("PRAGMA integrity_check") { (row) throws(StateError) in
        try row.text(0)
      }
    }
    #expect(check == "ok")
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
  private func kill(_ path: String, _ run: Int, afterLines lines: Int) throws -> Acknowledged {
    let process = Process()
    process.executableURL = try #require(Bundle.main.executableURL)
      .deletingLastPathComponent().appending(path: "StateCrash")
    process.arguments = [path, "\(run)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var bytes: [UInt8] = []
    while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
      let chunk = output.fileHandleForReading.availableData
      try #require(!chunk.isEmpty, "StateCrash has ended by itself")
      bytes += chunk
    }
    #expect(Foundation.kill(process.processIdentifier, SIGKILL) == 0)
    bytes += output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    var acknowledged: Acknowledged = [:]
    // One write makes one line, so no line is cut.
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let numbers = line.split(separator: UInt8(ascii: " "))
        .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
      try #require(numbers.count == 2)
      acknowledged[numbers[0]] = numbers[1]
    }
    return acknowledged
  }
}
