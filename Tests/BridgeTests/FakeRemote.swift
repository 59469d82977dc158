import HTTPClient
import Synchronization

@testable import Bridge

/// What the fake server answers to one request.
struct FakeAnswer: Sendable {
  enum Ending: Sendable {
    /// The body is complete.
    case whole
    case lost
    /// The body goes on until it is cancelled.
    case open
    /// The last chunk is repeated without end.
    case repeating
  }

  var status = 200
  var fields: [(name: String, value: String)] = []
  var chunks: [[UInt8]] = []
  var ending = Ending.whole
  var failure: OutboundError?
  /// The chunks after the first one come once it is open.
  var gate: Latch?
  /// Runs when the request arrives.
  var then: @Sendable () async -> Void = {}

  static func json(_ body: String, _ fields: [(name: String, value: String)] = []) -> Self {
    Self(
      fields: [(name: "Content-Type", value: "application/json")] + fields,
      chunks: [Array(body.utf8)])
  }

  /// Each text is the rest of an event after its first `data: `, or a field with its name.
  static func events(_ text: String..., ending: Ending = .whole) -> Self {
    Self(
      fields: [(name: "Content-Type", value: "text/event-stream; charset=utf-8")],
      chunks: text.map { Array("\($0)\n\n".utf8) }, ending: ending)
  }

  static func status(
    _ status: Int, _ fields: [(name: String, value: String)] = [], _ body: String = ""
  ) -> Self {
    Self(status: status, fields: fields, chunks: body.utf8.isEmpty ? [] : [Array(body.utf8)])
  }

  static func failed(_ error: OutboundError) -> Self { Self(failure: error) }

  static let accepted = status(202)

  func running(_ action: @escaping @Sendable () async -> Void) -> Self {
    var answer = self
    answer.then = action
    return answer
  }
}

/// A remote server that answers each method of HTTP from a list. After the list, POST and GET get 405,
/// and DELETE 200.
final class FakeRemote: StreamingClient {
  private struct State {
    var posts: [FakeAnswer]
    var gets: [FakeAnswer]
    var requests: [String] = []
    var bodies: [FakeBody] = []
  }

  private let state: Mutex<State>

  init(posts: [FakeAnswer], gets: [FakeAnswer] = []) {
    state = Mutex(State(posts: posts, gets: gets))
  }

  /// The requests with this method: the URL, the fields and the body, one line each.
  func requests(_ method: String) -> [String] {
    state.withLock { $0.requests.filter { $0.utf8.starts(with: method.utf8) } }
  }

  var bodies: [FakeBody] { state.withLock { $0.bodies } }

  func open(_ request: OutboundRequest) async throws(OutboundError) -> StreamedResponse {
    var lines = request.fields.map { "\($0.name): \($0.value)" }
    let answer = state.withLock { state -> FakeAnswer in
      var answer = FakeAnswer.status(405)
      switch request.method {
      case .get:
        lines.insert("GET \(request.url)", at: 0)
        if !state.gets.isEmpty { answer = state.gets.removeFirst() }
      case .post(let body):
        lines.insert("POST \(request.url)", at: 0)
        lines.append(String(decoding: body, as: UTF8.self))
        if !state.posts.isEmpty { answer = state.posts.removeFirst() }
      case .delete:
        lines.insert("DELETE \(request.url)", at: 0)
        answer = .status(200)
      }
      state.requests.append(lines.joined(separator: "\n"))
      return answer
    }
    await answer.then()
    if let failure = answer.failure { throw failure }
    let body = FakeBody(answer.chunks, answer.ending, answer.gate)
    state.withLock { $0.bodies.append(body) }
    return StreamedResponse(status: answer.status, fields: answer.fields, body: body)
  }
}

final class FakeBody: StreamedBody {
  private struct State {
    var chunks: ArraySlice<[UInt8]>
    var isCancelled = false
    var taken = 0
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>
  private let ending: FakeAnswer.Ending

  private let gate: Latch?

  init(_ chunks: [[UInt8]], _ ending: FakeAnswer.Ending, _ gate: Latch?) {
    state = Mutex(State(chunks: chunks[...]))
    (self.ending, self.gate) = (ending, gate)
  }

  /// Whether only its cancellation ends the body.
  var isEndless: Bool { if case .open = ending { true } else { false } }
  var isCancelled: Bool { state.withLock { $0.isCancelled } }
  /// How many chunks were read.
  var taken: Int { state.withLock { $0.taken } }

  func next() async throws(OutboundError) -> [UInt8]? {
    if taken > 0 { await gate?.wait() }
    let (chunk, isCancelled) = state.withLock { state -> ([UInt8]?, Bool) in
      if state.isCancelled { return (nil, true) }
      if case .repeating = ending, state.chunks.count == 1 {
        state.taken += 1
        return (state.chunks.first, false)
      }
      let chunk = state.chunks.popFirst()
      if chunk != nil { state.taken += 1 }
      return (chunk, false)
    }
    if isCancelled { throw .unreachable }
    if let chunk { return chunk }
    switch ending {
    case .whole, .repeating: return nil
    case .lost: throw .unreachable
    case .open:
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.isCancelled { state.waiting = continuation }
          return state.isCancelled
        }
        if isOver { continuation.resume() }
      }
      throw .unreachable
    }
  }

  func cancel() {
    let waiting = state.withLock { state in
      state.isCancelled = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}

/// A credential that is renewed as often as the list says.
final class FakeCredential: RemoteCredential {
  enum Renewal: Sendable { case renewed, refused, failed }

  private let renewals: Mutex<[Renewal]>
  private let number = Mutex(1)
  private let seen = Mutex<[String]>([])
  private let isMissing: Bool

  init(_ renewals: [Renewal] = [], isMissing: Bool = false) {
    self.renewals = Mutex(renewals)
    self.isMissing = isMissing
  }

  /// The arguments of each call of `isRenewed`.
  var calls: [String] { seen.withLock { $0 } }

  func fields() async throws(RemoteCredentialError) -> [(name: String, value: String)] {
    if isMissing { throw RemoteCredentialError(sentence: "Sign in first.") }
    return [(name: "Authorization", value: "Bearer t\(number.withLock { $0 })")]
  }

  func isRenewed(
    after status: Int, challenges: [String], sent fields: [(name: String, value: String)]
  ) async throws(RemoteCredentialError) -> Bool {
    let sent = fields.map(\.value).joined(separator: ",")
    seen.withLock { $0.append("\(status) \(challenges.joined(separator: ",")) \(sent)") }
    switch renewals.withLock({ $0.isEmpty ? Renewal.refused : $0.removeFirst() }) {
    case .renewed:
      number.withLock { $0 += 1 }
      return true
    case .refused: return false
    case .failed: throw RemoteCredentialError(sentence: "The sign-in has ended.")
    }
  }
}
