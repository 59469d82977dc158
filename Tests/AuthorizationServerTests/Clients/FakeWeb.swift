import Auth
import HTTPClient
import Support
import Synchronization

/// The servers of other people in the test's process: one answer for each URL, and a list of requests.
final class FakeWeb: HTTPClient {
  enum Answer: Sendable {
    case response(Int, String, [(name: String, value: String)])
    case error(OutboundError)

    static func json(_ text: String, _ fields: [(name: String, value: String)] = []) -> Answer {
      .response(200, text, [("Content-Type", "application/json")] + fields)
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

  subscript(url: String) -> Answer? {
    get { state.withLock { $0.answers[url] } }
    set { state.withLock { $0.answers[url] = newValue } }
  }

  /// The requests since the last call.
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

  /// Returns when this many requests wait.
  func wait(for count: Int) async {
    while state.withLock({ $0.held.count }) < count { await Task.yield() }
  }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    let fields = request.fields.map { " \($0.name): \($0.value)" }.joined()
    state.withLock { state in
      state.requests.append("\(request.method) \(request.url)\(fields)")
      state.clients.append(client)
    }
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.isHeld { state.held.append(continuation) }
        return state.isHeld
      }
      if !isHeld { continuation.resume() }
    }
    switch self[request.url] {
    case .response(let status, let body, let fields):
      return OutboundResponse(status: status, fields: fields, body: Array(body.utf8))
    case .error(let error): throw error
    case nil: return OutboundResponse(status: 404, body: [])
    }
  }
}

/// Runs work at once, or refuses it.
struct FakePool: BlockingPool {
  var isFull = false

  func run<Value: Sendable>(for client: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    if isFull { throw BlockingPoolIsFull() }
    return work()
  }
}

extension Client {
  /// A client in a network of this number.
  static func inNetwork(_ number: Int) -> Client {
    Client(address: Bits128(UInt128(number)), network: Bits128(UInt128(number)))
  }
}
