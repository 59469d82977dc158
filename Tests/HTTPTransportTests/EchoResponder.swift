import Support
import Synchronization
import TestSupport

@testable import HTTPTransport

/// Returns the body of a `POST`, and the path of other requests.
struct EchoResponder: HTTPResponder {
  /// The results of reading the bodies, in order.
  final class Record: Sendable {
    private let entries = Mutex<[String]>([])
    var all: [String] { entries.withLock { $0 } }
    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
  }

  /// More than the 64 KiB after which SwiftNIO calls a channel unwritable.
  static let large = 100_000

  let record = Record()
  /// The thread pool for `/off`. Without it `/off` has no blocking work.
  var threads: BlockingThreads?
  /// `/held` waits for this after it has the body.
  let held = HeldWork()

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    switch request.path {
    case "/refuse": return HTTPResponse(status: 401)
    case "/split":
      return HTTPResponse(status: 200, fields: [("X", "a\r\nSet-Cookie: b"), ("Y", "c")])
    case "/off":
      let text = await threads?.run(for: 0) { "off" }
      return text.map { HTTPResponse(status: 200, body: Array($0.utf8)) }
        ?? HTTPResponse(status: 503)
    case "/held":
      let body = try? await request.body()
      await held.hold()
      return HTTPResponse(status: body == nil ? 400 : 200)
    case "/empty": return HTTPResponse(status: 204)
    case "/accepted": return HTTPResponse(status: 200, isAccepted: true)
    case "/large":
      return HTTPResponse(status: 200, body: Array(repeating: 0x61, count: Self.large))
    default:
      guard request.method == "POST" else {
        return HTTPResponse(status: 200, body: Array((request.path + (request.query ?? "")).utf8))
      }
      do throws(HTTPFault) {
        return HTTPResponse(
          status: 200, body: try await request.body(upTo: request.path == "/four" ? 4 : .max))
      } catch {
        record.add("\(error)")
        return HTTPResponse(status: error.status)
      }
    }
  }

  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    HTTPResponse(status: fault.status)
  }
}

extension HTTPFault {
  var status: Int {
    switch self {
    case .malformed, .aborted: 400
    case .targetTooLong: 414
    case .headTooLarge: 431
    case .bodyTooLarge: 413
    case .expectationFailed: 417
    case .timeout: 408
    case .overloaded: 503
    }
  }
}
