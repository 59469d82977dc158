import HTTPClient
import Testing

@testable import Bridge

/// The stream of GET, and streams that are resumed.
@Suite(.timeLimit(.minutes(10)))
struct StreamTests {
  static let start = [FakeAnswer.started(session: "S1"), .accepted]

  /// A bridge whose handshake is done; the input stays open.
  static func run(
    posts: [FakeAnswer] = [], gets: [FakeAnswer], credential: FakeCredential = .init(),
    _ action: (BridgeHarness) async -> Void
  ) async throws -> (harness: BridgeHarness, output: [String]) {
    let harness = try BridgeHarness(posts: start + posts, gets: gets, credential: credential)
    harness.send(Line.initialize, Line.initialized)
    async let output = harness.run()
    await action(harness)
    harness.endInput()
    return (harness, Array(await output.dropFirst()))
  }

  /// Messages of the server go to the client; a response and what is no message do not.
  @Test func messagesOfTheStreamAreWritten() async throws {
    let (harness, output) = try await Self.run(
      gets: [
        .events(
          "data: \(Line.result("2"))", "data: {", "id: 1\ndata:", "data: \(Line.sampling)",
          "event: x\ndata: \(Line.progress)", "data: \(Line.progress)", ending: .open)
      ]
    ) { harness in await harness.wait { harness.lines.count == 3 } }
    #expect(output == [Line.sampling, Line.progress])
    #expect(harness.remote.requests("GET") == [Sent.get(Sent.session)])
    #expect(
      harness.notices == [
        "dropped a response of the remote server to another request",
        "dropped a message of the remote server that is not valid JSON-RPC",
      ])
    #expect(harness.remote.bodies.last?.isCancelled == true)
  }

  /// Statuses that end the listening, with a line of the log.
  @Test(arguments: [
    (405, ""), (400, "The remote server refused the request with status 400."),
    (401, "The remote server demands a valid credential (status 401)."),
    (302, "The remote server redirects to another URL (status 302). Use that URL in the settings."),
  ])
  func aRefusedStreamIsNotAskedForAgain(_ status: Int, _ sentence: String) async throws {
    let (harness, _) = try await Self.run(gets: [.status(status)]) { harness in
      await harness.wait {
        harness.remote.requests("GET").count == 1 && (sentence == "" || !harness.notices.isEmpty)
      }
    }
    #expect(harness.remote.requests("GET").count == 1)
    #expect(
      harness.notices
        == (sentence == "" ? [] : ["listens no more to the remote server: \(sentence)"]))
  }

  /// The stream is opened again, with the last event id, after the time that the server demands.
  @Test func aLostStreamIsOpenedAgain() async throws {
    let (harness, output) = try await Self.run(
      gets: [
        .events("id: 7\nretry: 2500\ndata: \(Line.progress)", ending: .lost),
        .failed(.unreachable), .status(503), .status(401),
        .events("data: \(Line.sampling)", ending: .open),
      ], credential: FakeCredential([.renewed])
    ) { harness in await harness.wait { harness.lines.count == 3 } }
    #expect(output == [Line.progress, Line.sampling])
    let again = Sent.session + ["Last-Event-ID: 7"]
    #expect(
      harness.remote.requests("GET") == [
        Sent.get(Sent.session), Sent.get(again), Sent.get(again), Sent.get(again),
        Sent.get(again, token: 2),
      ])
    #expect(harness.waits == [.milliseconds(2500), .milliseconds(2500), .seconds(4)])
  }

  /// Without a `retry`, the waits grow up to a minute.
  @Test func theWaitsGrow() async throws {
    let (harness, _) = try await Self.run(
      gets: Array(repeating: .failed(.unreachable), count: 10)
        + [.events("data: \(Line.progress)")]
    ) { harness in await harness.wait { harness.remote.requests("GET").count == 12 } }
    #expect(
      harness.waits.prefix(11).map(\.components.seconds) == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 1])
  }

  /// A server that wants no wait gets a short one.
  @Test func aRetryOfZeroIsNotObeyed() async throws {
    let (harness, _) = try await Self.run(gets: [.events("retry: 0\ndata: \(Line.progress)")]) {
      harness in await harness.wait { harness.remote.requests("GET").count == 2 }
    }
    #expect(harness.waits.first == .milliseconds(100))
  }

  /// 404: the session has ended. A new one is started, and its stream opened.
  @Test func theStreamNoticesALostSession() async throws {
    let (harness, _) = try await Self.run(
      posts: [.started(session: "S2"), .accepted],
      gets: [.events("id: 1\ndata:"), .status(404)]
    ) { harness in await harness.wait { harness.remote.requests("GET").count == 3 } }
    #expect(
      harness.remote.requests("GET").last
        == Sent.get(["MCP-Protocol-Version: 2025-11-25", "Mcp-Session-Id: S2"]))
  }

  /// ATTACKS O181: a server that accepts each session and knows the stream of none gets no request
  /// after the other.
  @Test func aServerThatForgetsEachSessionIsLeftAlone() async throws {
    let (harness, _) = try await Self.run(
      posts: [.started(session: "S2"), .accepted, .started(session: "S3"), .accepted],
      gets: [.status(404), .status(404), .status(404)]
    ) { harness in
      await harness.wait {
        !harness.notices.isEmpty || harness.remote.requests("GET").count > 1
      }
    }
    #expect(harness.remote.requests("GET").count == 1)
    #expect(harness.remote.requests("POST").count == 2)
    #expect(
      harness.notices == [
        "listens no more to the remote server: "
          + "The remote server has no MCP endpoint at this URL (status 404)."
      ])
  }

  // MARK: The stream of a request

  /// It is resumed with GET where it has ended, as often as there are new events.
  @Test(arguments: [FakeAnswer.Ending.whole, .lost])
  func theStreamOfARequestIsResumed(_ ending: FakeAnswer.Ending) async throws {
    let (harness, output) = try await Self.run(
      posts: [.events("id: a1\nretry: 1500\ndata:", ending: ending)],
      gets: [
        .status(405), .failed(.unreachable),
        .events("id: a2\ndata: \(Line.progress)", ending: ending),
        .events("data: \(Line.result("2"))"),
      ]
    ) { harness in
      await harness.wait { harness.remote.requests("GET").count == 1 }
      harness.send(Line.call)
    }
    #expect(output == [Line.progress, Line.result("2")])
    #expect(
      harness.remote.requests("GET") == [
        Sent.get(Sent.session), Sent.get(Sent.session + ["Last-Event-ID: a1"]),
        Sent.get(Sent.session + ["Last-Event-ID: a1"]),
        Sent.get(Sent.session + ["Last-Event-ID: a2"]),
      ])
    #expect(harness.waits == Array(repeating: .milliseconds(1500), count: 3))
  }

  static let lost = Line.error(
    "2", 502, "The connection to the remote server was lost before its answer came.")

  @Test(
    arguments: [
      ("no event id", FakeAnswer.events("data: \(Line.progress)"), [], [Line.progress, lost], 1),
      ("an empty event id", .events("id:\ndata:"), [], [lost], 1),
      ("an event id that no field has", .events("id: a\u{1}\ndata:"), [], [lost], 1),
      (
        "a long event id", .events("id: \(String(repeating: "a", count: 5000))\ndata:"), [], [lost],
        1
      ),
      (
        "no success", .events("id: a\ndata:"), Array(repeating: .failed(.unreachable), count: 9),
        [lost], 6
      ),
      (
        "no new event", .events("id: a\ndata:"), Array(repeating: .events(), count: 9), [lost], 6
      ),
      (
        "the server knows no resumption", .events("id: a\ndata:"), [.status(400)],
        [Line.error("2", 400, "The remote server refused the request with status 400.")], 2
      ),
      (
        "no stream", .events("id: a\ndata:"), [.json("{}")],
        [
          Line.error(
            "2", 502,
            "The remote server answered with another media type than JSON or an event stream.")
        ], 2
      ),
    ] as [(String, FakeAnswer, [FakeAnswer], [String], Int)])
  func aStreamThatCannotBeResumedIsAnError(
    _ name: String, _ first: FakeAnswer, _ gets: [FakeAnswer], _ expected: [String], _ count: Int
  ) async throws {
    let (harness, output) = try await Self.run(posts: [first], gets: [.status(405)] + gets) {
      harness in
      await harness.wait { harness.remote.requests("GET").count == 1 }
      harness.send(Line.call)
    }
    #expect(output == expected)
    #expect(harness.remote.requests("GET").count == count)
  }
}
