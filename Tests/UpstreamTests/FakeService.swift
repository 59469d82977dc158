import Auth
import HTTPClient
import OAuth
import Support
import Synchronization

@testable import Upstream

/// A service in the test's process. It answers status 401 unless a request has its credential, and it
/// records each request.
final class FakeService: HTTPClient {
  typealias Answer = Result<OutboundResponse, OutboundError>

  /// A request as a service reads it.
  struct Request {
    let method: String
    /// After the host, without the query, encoded.
    let path: String
    /// The parameters of the query, decoded.
    let query: FormBody
    let fields: [String: String]
    let body: [UInt8]
  }

  static let client = Client(address: 9, network: 9)

  private struct Record {
    var requests: [String] = []
    var clients: [Client] = []
  }

  private let record = Mutex(Record())
  private let authorization: String?
  private let respond: @Sendable (Request) -> Answer

  /// - Parameters:
  ///   - authorization: the only value of `Authorization` that is accepted; `nil`: none may come.
  ///   - respond: the response to a request with this credential.
  init(
    _ authorization: String? = "Bearer the-token",
    respond: @escaping @Sendable (Request) -> Answer
  ) {
    self.authorization = authorization
    self.respond = respond
  }

  /// The requests: method and URL, the fields, and the body if there is one, each in a line.
  var requests: [String] { record.withLock(\.requests) }
  /// The first line of each request.
  var lines: [String] {
    requests.map { String(decoding: $0.utf8.prefix { $0 != ASCII.lineFeed }, as: UTF8.self) }
  }
  var clients: [Client] { record.withLock(\.clients) }

  func send(_ request: OutboundRequest, for client: Client)
    async throws(OutboundError) -> OutboundResponse
  {
    let (method, body): (String, [UInt8]) =
      switch request.method {
      case .get: ("GET", [])
      case .delete: ("DELETE", [])
      case .post(let body): ("POST", body)
      }
    let text = ["\(method) \(request.url)"] + request.fields.map { "\($0.name): \($0.value)" }
    let content = body.isEmpty ? [] : [String(decoding: body, as: UTF8.self)]
    record.withLock { record in
      record.requests.append((text + content).joined(separator: "\n"))
      record.clients.append(client)
    }
    // As the client on libcurl does.
    guard let (_, target) = Origin.split(request.url) else { throw .refusedURL }
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    guard let query = try? FormBody(Array(target[path.endIndex...].dropFirst())) else {
      return Self.response(status: 400, "{}")
    }
    let fields = Dictionary(request.fields.map { ($0.name, $0.value) }) { "\($0), \($1)" }
    guard fields["Authorization"] == authorization else {
      return Self.response(status: 401, "{}")
    }
    return try respond(
      Request(
        method: method, path: String(decoding: path, as: UTF8.self), query: query, fields: fields,
        body: body)
    ).get()
  }

  static func response(
    status: Int = 200, _ text: String, type: String? = "application/json;charset=UTF-8",
    fields: [(name: String, value: String)] = []
  ) -> OutboundResponse {
    OutboundResponse(
      status: status, fields: (type.map { [("Content-Type", $0)] } ?? []) + fields,
      body: Array(text.utf8))
  }

  static func json(_ text: String) -> Answer { .success(response(text)) }

  /// Always the same answer.
  static func always(_ answer: Answer) -> FakeService { FakeService { _ in answer } }

  static func access(
    _ credential: UpstreamCredential = .bearer(Secret("the-token")),
    service: UpstreamService = .jira, root: String = "https://jira.example/root",
    clock: @escaping @Sendable () -> MonotonicTime = { MonotonicTime(nanoseconds: 0) }
  ) -> UpstreamAccess {
    UpstreamAccess(
      service: service, root: root, credential: credential, client: client, clock: clock)
  }
}

/// The value or the error of a call.
func result<Value>(
  _ call: () async throws(UpstreamError) -> Value
) async -> Result<Value, UpstreamError> {
  do throws(UpstreamError) { return .success(try await call()) } catch { return .failure(error) }
}

/// Counts 1, 2, 3, …
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
