import Support
import TestSupport
import Testing

@testable import State

struct ConnectionTests {
  let state: AuthorizationState

  init() throws { state = try .inMemory() }

  @Test func aConnectionComesBackAsItWas() throws {
    var new = NewUpstreamConnection.sample("é\"1")
    #expect(try state.store(new, now: 5) { [UInt8($0), 0, 255] } == 1)
    new.service = "confluence"
    (new.siteID, new.siteName) = (nil, nil)
    #expect(try state.store(new, now: 6) { [UInt8($0)] } == 2)
    let found = try #require(try state.connection(user: "é\"1", service: "jira"))
    #expect(found.user == "é\"1" && found.service == "jira")
    #expect(found.origin == "https://auth.example" && found.scope == "read write")
    #expect(found.siteID == "site 1" && found.siteName == "Site")
    #expect(found.sealedToken == [1, 0, 255])
    #expect(found.firstGeneration == 1 && found.generation == 1)
    let all = try state.connections(user: "é\"1")
    #expect(all.map(\.service) == ["confluence", "jira"])
    #expect(all[0].siteID == nil && all[0].siteName == nil)
    #expect(try state.connection(user: "e\u{301}\"1", service: "jira") == nil)
    #expect(try state.connections(user: "other").isEmpty)
  }

  /// A row of an earlier generation must be told from each later one, also after a removal.
  @Test func aGenerationIsNeverUsedTwice() throws {
    #expect(try state.connect() == 1)
    #expect(try state.connect(now: 1) == 2)
    #expect(try state.removeConnection(user: "github:1", service: "jira") == 2)
    #expect(try state.removeConnection(user: "github:1", service: "jira") == nil)
    #expect(try state.connect("other") == 3)
    #expect(try state.connect() == 4)
    guard case .leased(let old) = try state.lease("a") else {
      Issue.record("no lease")
      return
    }
    #expect(try state.replace(old, "a", now: 7) == .replaced(generation: 5))
    let found = try #require(try state.connection(user: "github:1", service: "jira"))
    #expect(found.generation == 5 && found.firstGeneration == 4)
    #expect(found.sealedToken == Array("token 5".utf8))
  }

  /// ASVS 15.2.2
  @Test(arguments: [
    ("no user", "", "jira", 1, true),
    ("a long user", String(repeating: "a", count: 4097), "", 1, true),
    ("the longest user", String(repeating: "a", count: 4096), "jira", 1, false),
    ("a long token", "u", "jira", 32 << 10, true), ("a long service", "u", "long", 1, true),
  ])
  func aConnectionIsBounded(
    _ row: (name: String, user: String, service: String, length: Int, isRefused: Bool)
  ) throws {
    let service = row.service == "long" ? String(repeating: "s", count: 32 << 10) : row.service
    let before = try state.content()
    func store() throws(StateError) {
      try state.store(.sample(row.user, service: service), now: 0) { _ in
        [UInt8](repeating: 0, count: row.length)
      }
    }
    if row.isRefused {
      #expect(throws: StateError.tooLarge, "\(row.name)") { try store() }
      #expect(try state.content() == before)
    } else {
      try store()
    }
  }

  /// A flood must not end the connection of another person.
  @Test func aFullTableRefusesTheNewOne() throws {
    let state = try AuthorizationState.inMemory { $0.upstreamConnections = 2 }
    try state.connect("a")
    try state.connect("b")
    let before = try state.content()
    #expect(throws: StateError.full) { try state.connect("c") }
    #expect(throws: StateError.full) { try state.connect("a", service: "jenkins") }
    #expect(try state.content() == before)
    // A connection again is no new one.
    try state.connect("a", now: 1)
    try state.removeConnection(user: "b", service: "jira")
    try state.connect("c")
  }

  @Test func theConnectionsAndTheFlowsOfAUserAreRemoved() throws {
    for service in ["jira", "confluence"] {
      try state.connect("a", service: service)
      try state.begin(.sample("a \(service)", user: "a", service: service), now: 0)
    }
    try state.connect("b")
    try state.begin(.sample("b", user: "b"), now: 0)
    #expect(try state.removeConnection(user: "a", service: "jira") == 1)
    #expect(try state.connections(user: "a").map(\.service) == ["confluence"])
    #expect(try bind("a jira") == "unknown")
    #expect(try bind("a confluence") == "flow")
    #expect(try state.removeConnection(user: "a", service: "confluence") == 2)
    #expect(try state.connections(user: "a").isEmpty)
    #expect(try bind("a confluence") == "unknown")
    #expect(try state.connections(user: "b").count == 1)
    #expect(try bind("b") == "flow")
    #expect(try state.removeConnection(user: "a", service: "jira") == nil)
  }

  private func bind(_ name: String) throws -> String {
    FlowTests.word(
      try state.bind(digest(name), cookie: digest("c"), state: digest("s"), payload: [], now: 0))
  }

  /// CWE-532
  @Test func nothingSealedIsPrinted() throws {
    try state.connect()
    let connection = try #require(try state.connection(user: "github:1", service: "jira"))
    let flow = UpstreamFlow.sample("a", payload: [112, 112])
    var dumped = ""
    dump(connection, to: &dumped)
    dump(flow, to: &dumped)
    for text in ["\(connection)", String(reflecting: connection), "\(flow)", dumped] {
      #expect(!text.contains("116") && !text.contains("112"), "\(text)")
    }
  }
}
