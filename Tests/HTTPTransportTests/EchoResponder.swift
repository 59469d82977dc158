import Synchronization

@testable import HTTPTransport

/// Answers with what it saw: `POST` its body, the rest the path.
struct EchoResponder: HTTPResponder {
  /// What became of the bodies, in order.
  final class Record: Sendable {
    private let entries = Mutex<[String]>([])
    var all: [String] { entries.withLock { $0 } }
    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
  }

  /// More than SwiftNIO keeps before it calls a channel not writable, which is 64 KiB.
  static let large = 100_000

  let record = Record()

  func decide(_ head: HTTPRequestHead) -> HTTPDecision {
    switch head.path {
    case "/refuse": .respond(HTTPResponse(status: 401))
    case "/split":
      .respond(HTTPResponse(status: 200, fields: [("X", "a\r\nSet-Cookie: b"), ("Y", "c")]))
    case "/off":
      .offLoop(
        BlockingWork(
          client: 0, run: { .respond(HTTPResponse(status: 200, body: Array("off".utf8))) },
          refuse: { HTTPResponse(status: 503) }))
    case "/empty": .respond(HTTPResponse(status: 204))
    case "/accepted": .respond(HTTPResponse(status: 200, isAccepted: true))
    case "/large":
      .respond(HTTPResponse(status: 200, body: Array(repeating: 0x61, count: Self.large)))
    default:
      if head.method == "POST" {
        .takeBody(upTo: head.path == "/four" ? 4 : .max) { [record] body in
          switch body {
          case .complete(let bytes): return HTTPResponse(status: 200, body: bytes)
          case .failed(let fault):
            record.add("\(fault)")
            return HTTPResponse(status: fault.status)
          }
        }
      } else {
        .respond(HTTPResponse(status: 200, body: Array((head.path + (head.query ?? "")).utf8)))
      }
    }
  }

  func respond(to fault: HTTPFault, from peer: IPAddress) -> HTTPResponse {
    HTTPResponse(status: fault.status)
  }
}
