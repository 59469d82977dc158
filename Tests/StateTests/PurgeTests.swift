import Support
import TestSupport
import Testing

@testable import State

struct PurgeTests {
  @Test func removesWhatHasNoEffect() throws {
    let state = try AuthorizationState.inMemory()
    try state.register(.sample("c"), now: 0)
    try state.begin(TransactionTests.sample("t", until: 100_000), now: 0)
    try state.begin(UpstreamFlow.sample("f", until: 70_000), now: 0)
    try state.makeGrant("ends", lifetime: .seconds(200))
    _ = try state.rotate("ends", to: "ends 2")
    try state.makeGrant("revoked", lifetime: day + day)
    _ = try state.revokeGrant("revoked", now: 0)
    try state.makeGrant("lives", lifetime: day + day)
    func left(_ now: WallTime) throws -> String {
      while try state.purge(now: now) > 0 {}
      let content = try state.database.read { (connection) throws(StateError) in
        try [
          "codes", "transactions", "grants", "refresh_tokens", "clients", "upstream_flows",
        ].map {
          (table) throws(StateError) in try connection.count("SELECT count(*) FROM \(table)")
        }
      }
      return content.map(String.init).joined(separator: " ")
    }
    #expect(try left(59_999) == "3 1 3 4 1 1")
    #expect(try left(60_000) == "0 1 3 4 1 1")
    #expect(try left(69_999) == "0 1 3 4 1 1")
    #expect(try left(70_000) == "0 1 3 4 1 0")
    #expect(try left(99_999) == "0 1 3 4 1 0")
    #expect(try left(100_000) == "0 0 3 4 1 0")
    #expect(try left(199_999) == "0 0 3 4 1 0")
    #expect(try left(200_000) == "0 0 2 2 1 0")
    #expect(try left(0 + day - .milliseconds(1)) == "0 0 2 2 1 0")
    #expect(try left(0 + day) == "0 0 1 1 1 0")
    #expect(try state.grants().map(\.id) == ["lives"])
  }

  @Test func oneCallIsBounded() throws {
    let state = try AuthorizationState.inMemory()
    for number in 0..<5 {
      try state.makeGrant("\(number)", lifetime: .seconds(1))
      try state.begin(TransactionTests.sample("\(number)"), now: 0)
      try state.begin(UpstreamFlow.sample("\(number)", user: "\(number)"), now: 0)
    }
    // At most two of each table; a grant goes after its tokens.
    var counts: [Int] = []
    repeat { counts.append(try state.purge(now: 60_000, limit: 2)) } while counts.last != 0
    #expect(counts == [10, 10, 5, 0])
  }

  /// Triggers count the rows.
  @Test func theCountsOfRowsAreRight() throws {
    let state = try AuthorizationState.inMemory { $0.grantsPerUser = 2 }
    for number in 0..<4 {
      try state.register(.sample("\(number)"), now: 0)
      try state.makeGrant("\(number)")
      try state.begin(TransactionTests.sample("\(number)"), now: 0)
      try state.begin(UpstreamFlow.sample("\(number)", user: "\(number % 3)"), now: 0)
      try state.connect("\(number % 3)")
    }
    try state.end(digest("1"))
    try state.removeConnection(user: "2", service: "jira")
    _ = try state.removeClient("1", now: 0)
    _ = try state.take(digest("2"), cookie: digest("cookie 2"), now: 0)
    try state.issueCode(digest("x"), .sample(), now: 0)
    _ = try state.revokeGrants(user: "github:1", now: 0)
    try state.database.read { (connection) throws(StateError) in
      for table in [
        "clients", "transactions", "codes", "grants", "upstream_connections", "upstream_flows",
      ] {
        let count = try connection.count("SELECT count(*) FROM \(table)")
        #expect(try connection.rowCount(of: table) == count, "\(table)")
        #expect(count > 0)
      }
    }
  }

  @Test func namesAreBounded() throws {
    let state = try AuthorizationState.inMemory { $0.names = 2 }
    try state.setMeta("issuer", "1")
    try state.setMeta("provider", "2")
    try state.setMeta("issuer", "3")
    #expect(throws: StateError.full) { try state.setMeta("other", "4") }
    #expect(try state.meta("issuer") == "3")
    #expect(try state.meta("provider") == "2")
    #expect(try state.meta("other") == nil)
  }
}
