import Auth
import HTTPClient
import Support
import Synchronization
import TestSupport

/// An identity provider in the test's process: it answers from a table, records the requests, and
/// can hold its responses.
final class FakeProvider: HTTPClient {
  enum Answer: Sendable {
    case response(Int, String, [(name: String, value: String)] = [])
    case error(OutboundError)

    static func json(_ text: String) -> Answer {
      .response(200, text, [("Content-Type", "application/json")])
    }
  }

  private struct State {
    var answers: [String: Answer] = [:]
    var requests: [String] = []
    var clients: [Client] = []
    var isHeld = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  init(_ answers: [String: Answer] = [:]) { state.withLock { $0.answers = answers } }

  /// The answer to requests for a URL; 404 if there is none.
  subscript(url: String) -> Answer? {
    get { state.withLock { $0.answers[url] } }
    set { state.withLock { $0.answers[url] = newValue } }
  }

  /// The requests since the last call: method and URL, the fields and the body, in lines.
  func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  var clients: [Client] { state.withLock { $0.clients } }

  func hold() { state.withLock { $0.isHeld = true } }

  func release() {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isHeld = false
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    state.withLock { state in
      state.requests.append(Self.text(request))
      state.clients.append(client)
    }
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.isHeld { state.held.append(continuation) }
        return state.isHeld
      }
      if !isHeld { continuation.resume() }
    }
    if Task.isCancelled { throw .unreachable }
    switch self[request.url] {
    case .response(let status, let body, let fields):
      return OutboundResponse(status: status, fields: fields, body: Array(body.utf8))
    case .error(let error): throw error
    case nil: return OutboundResponse(status: 404, body: Array("not found".utf8))
    }
  }

  private static func text(_ request: OutboundRequest) -> String {
    var lines: [String]
    var body: [UInt8] = []
    switch request.method {
    case .get: lines = ["GET \(request.url)"]
    case .delete: lines = ["DELETE \(request.url)"]
    case .post(let bytes):
      lines = ["POST \(request.url)"]
      body = bytes
    }
    lines += request.fields.map { "\($0.name): \($0.value)" }
    if !body.isEmpty { lines.append(String(decoding: body, as: UTF8.self)) }
    return lines.joined(separator: "\n")
  }
}

extension TestExecutor {
  /// The result of a task that waits for a task on another thread.
  func value<Value: Sendable>(of pending: Pending<Value>) async -> Value {
    while true {
      runAll()
      if let value = pending.value { return value }
      await Task.yield()
    }
  }
}

/// The lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  func append(_ line: [UInt8]) {
    let text = String(decoding: line, as: UTF8.self)
    lines.withLock { $0.append(text.replacing("\n", with: "")) }
  }

  /// The lines since the last call, without their times.
  func take() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines.map { $0.replacing(#/"time":"[^"]*",/#, with: "") }
    }
  }
}

extension ManualClock {
  var monotonic: MonotonicTime {
    instant(after: .milliseconds(now.milliseconds - ManualClock.start * 1000))
  }
}
