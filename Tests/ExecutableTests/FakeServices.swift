import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// `scripts/fake_services.py`: Jira, Confluence, Jenkins and the OAuth endpoints of Atlassian on a free
/// port of this machine.
final class FakeServices {
  struct Request: Decodable {
    let service: String
    let method: String
    let path: String
    /// The name and the value of each header field.
    let fields: [[String]]
    let body: String
    let status: Int

    /// The values of `Authorization`.
    var authorization: [String] {
      fields.filter { $0[0].lowercased() == "authorization" }.map { $0[1] }
    }
  }

  private let process: ServerProcess
  /// The root of the services.
  let url: String
  private let port: Int

  init() throws {
    let script = Repository.root.appending(path: "scripts/fake_services.py").path
    process = try ServerProcess(
      "python", in: Python.interpreter("modern").deletingLastPathComponent(), arguments: [script],
      environment: [:])
    let line = try #require(try process.readLine())
    let match = try #require(line.wholeMatch(of: /Listening at (http:\/\/127\.0\.0\.1:(\d+))/))
    url = String(match.1)
    port = try #require(Int(match.2))
  }

  deinit {
    process.deliver(SIGKILL)
    _ = process.waitForExit()
  }

  /// Each request that a service got, in order.
  func requests() throws -> [Request] {
    let socket = try HTTPSocket(port: port)
    socket.send("GET /_requests HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    let response = try #require(try socket.response())
    return try JSONDecoder().decode([Request].self, from: Data(response.body.utf8))
  }

  func requests(to service: String) throws -> [Request] {
    try requests().filter { $0.service == service }
  }
}
