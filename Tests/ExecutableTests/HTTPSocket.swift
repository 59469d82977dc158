import Foundation
import TestSupport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

private let systemConnect = connect

/// A connection on which the test sends exact bytes.
final class HTTPSocket {
  struct Failed: Error { let step: String }

  struct Response: Equatable {
    let status: Int
    /// The lines of the head after the first.
    let fields: [String]
    let body: String
  }

  private let descriptor: Int32
  private var pending: [UInt8] = []

  init(port: Int) throws {
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = Self.loopback(port)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failed(step: "connect") }  // deinit closes it
  }

  deinit { close(descriptor) }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  /// A port at which no program listens, for a server that must know its port before it starts.
  ///
  /// The system assigns ports from 32768 on to servers that ask for port 0, and to clients. It could
  /// assign such a port to another program before the server uses it. This port is lower.
  static func freePort() throws -> Int {
    for _ in 0..<1000 {
      let port = Int.random(in: 20_000..<32_768)
      if (try? Listener(port: port)) != nil { return port }
    }
    throw Failed(step: "freePort")
  }

  /// A socket that accepts what a test wants it to accept.
  final class Listener {
    let port: Int
    private let descriptor: Int32

    init(port wanted: Int = 0) throws {
      #if canImport(Darwin)
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
      #else
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      #endif
      let descriptor = descriptor
      var address = loopback(wanted)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
        }
      }
      port = Int(in_port_t(bigEndian: address.sin_port))
      guard status == 0, listen(descriptor, 16) == 0 else { throw Failed(step: "listen") }
    }

    deinit { close(descriptor) }

    /// Whether somebody has connected.
    var hasCaller: Bool {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return poll(&entry, 1, 0) > 0
    }

    /// The next connection. It takes a minute at most.
    func next() throws -> HTTPSocket {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 60_000) > 0 else { throw Failed(step: "accept") }
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { throw Failed(step: "accept") }
      return HTTPSocket(descriptor: connection)
    }
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sends all bytes, or those that the server takes before it closes.
  func send(_ text: String) { ChildProgram.write(Array(text.utf8), to: descriptor) }

  /// Closes the sending side.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// The next response; `nil` if the connection ended before one.
  func response() throws -> Response? {
    let separator = Array("\r\n\r\n".utf8)
    while true {
      if let end = pending.firstRange(of: separator) {
        let lines = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
          .components(separatedBy: "\r\n")
        let fields = Array(lines.dropFirst())
        let length =
          fields.compactMap { $0.lowercased().wholeMatch(of: /content-length: *(\d+)/)?.1 }
          .first.flatMap { Int($0) } ?? 0
        while pending.count < end.upperBound + length {
          guard try fill() else { throw Failed(step: "body") }
        }
        let body = pending[end.upperBound..<(end.upperBound + length)]
        pending.removeFirst(end.upperBound + length)
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return Response(
          status: status ?? 0, fields: fields, body: String(decoding: body, as: UTF8.self))
      }
      guard try fill() else { return nil }
    }
  }

  /// Whether more bytes arrived before the end of the connection. The minute is for a server that
  /// never answers.
  private func fill() throws -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 60_000) > 0 else { throw ServerProcess.Silence() }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &chunk, chunk.count)
    if count > 0 { pending += chunk[..<count] }
    return count > 0
  }
}
