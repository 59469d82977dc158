import Foundation
import Testing
import TestHarness

/// Attacks through the proxies under `examples/`: P1 to P3, and H1 to H13.
@Suite(.enabled(if: Proxy.areThere, "\(Proxy.hint)"))
struct ProxyAttackTests {
  /// The address that the attacker claims, and that no proxy ever sends.
  static let spoofed = "203.0.113.9"
  static let behind = ["CALCULATOR_TRUSTED_PROXIES": "127.0.0.1"]

  static let claims = [
    "X-Forwarded-For: \(spoofed)", "X-Forwarded-Proto: gopher", "X-Forwarded-Host: calculator.evil",
    "X-Real-IP: \(spoofed)", "Forwarded: for=\(spoofed);host=calculator.evil",
    "X-Remote-User: admin", "X-Forwarded-User: admin", "Remote-User: admin",
  ]

  /// RFC 9700 §4.13, ASVS 15.3.4: the fields that a client sets about its own address have no
  /// effect.
  @Test(arguments: Proxy.Kind.allCases)
  func believesTheProxyAndNobodyElse(_ kind: Proxy.Kind) throws {
    let server = try HTTPProcess(Self.behind)
    let proxy = try Proxy(kind, before: server, isEncrypted: false)
    func send(_ request: String) throws -> HTTPSocket.Response? {
      let socket = try HTTPSocket(port: proxy.port)
      socket.send(request)
      return try socket.response()
    }
    let key = "X-API-Key: \(HTTPProcess.key)"
    #expect(try send(HTTPProcess.request(fields: Self.claims))?.status == 401)
    let answered = try send(HTTPProcess.request(fields: Self.claims + [key]))
    #expect(answered?.body == HTTPProcess.answer())
    let page = try send(
      "GET / HTTP/1.1\r\nHost: localhost\r\n" + Self.claims.joined(separator: "\r\n") + "\r\n\r\n")
    #expect(page?.status == 200)
    #expect(page?.body.contains("evil") == false && page?.body.contains("gopher") == false)
    let log = try server.end()
    #expect(log.count == 2)
    for line in log { #expect(line.contains(#""address":"127.0.0.1""#)) }
    #expect(log.last?.contains(#""subject":"key-1""#) == true)
  }

  /// ASVS 16.2.5: the log of the proxy contains no credential, whether the server answers or not.
  @Test(arguments: Proxy.Kind.allCases)
  func aProxyLogsNoCredential(_ kind: Proxy.Kind) throws {
    let server = try HTTPProcess(Self.behind)
    let proxy = try Proxy(kind, before: server, isEncrypted: false)
    let basic = String.basic(HTTPProcess.user, HTTPProcess.password)
    for status in ["200", "50"] {
      for field in [
        "X-API-Key: \(HTTPProcess.key)", "Authorization: Bearer \(HTTPProcess.key)",
        "Authorization: \(basic)",
      ] {
        let socket = try HTTPSocket(port: proxy.port)
        socket.send(HTTPProcess.request(fields: [field]))
        #expect(try socket.response().map { String($0.status).hasPrefix(status) } == true)
      }
      if status == "200" { _ = try server.end() }
    }
    // The lines are in order: if one of the last three is there, so are the first three.
    let log = try proxy.log(with: kind == .haproxy ? " 503 " : "502")
    #expect(log.contains("/mcp"))
    for secret in [HTTPProcess.key, String(basic.dropFirst(6))] { #expect(!log.contains(secret)) }
  }

  /// Without `CALCULATOR_TRUSTED_PROXIES` no peer is trusted, and with it only the named ones.
  @Test(arguments: [[:], ["CALCULATOR_TRUSTED_PROXIES": "10.0.0.0/8"], behind])
  func believesWhomItWasToldTo(_ environment: [String: String]) throws {
    let server = try HTTPProcess(environment)
    #expect(try server.status(Self.claims + ["X-API-Key: \(HTTPProcess.key)"]) == 200)
    let address = environment == Self.behind ? Self.spoofed : "127.0.0.1"
    #expect(try server.end().last?.contains(#""address":"\#(address)""#) == true)
  }

  // MARK: Smuggling

  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: String
  }

  /// The request that the server should parse and the proxy should not: it has forged fields.
  static let inner = HTTPProcess.request(
    id: "666", fields: ["X-API-Key: \(HTTPProcess.key)", "X-Forwarded-For: \(spoofed)"])

  /// A request around it. `framing` has the fields that give the length of its body.
  static func attack(
    _ name: String, _ framing: [String], body: String, line: String = "POST /mcp HTTP/1.1"
  ) -> Attack {
    let fields =
      [line, "Host: localhost", "X-API-Key: \(HTTPProcess.key)"] + HTTPProcess.fields("add")
      + framing
    return Attack(
      testDescription: name, bytes: fields.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  static let attacks: [Attack] = {
    let outer = Wire.call("add", id: "1", #""a":0.1,"b":0.2"#)
    let both = outer + inner
    let chunk = String(outer.utf8.count, radix: 16) + "\r\n" + outer + "\r\n0\r\n\r\n"
    let empty = "0\r\n\r\n" + inner
    let (short, long) = (outer.utf8.count, both.utf8.count)
    let chunked = "Transfer-Encoding: chunked"
    return [
      attack(
        "H1 length, then chunked", ["Content-Length: \(empty.utf8.count)", chunked], body: empty),
      attack(
        "H1 chunked, then length", [chunked, "Content-Length: \(empty.utf8.count)"], body: empty),
      attack("H1 chunked, short length", [chunked, "Content-Length: 4"], body: chunk + inner),
      attack(
        "H2 two lengths, long last", ["Content-Length: \(short)", "Content-Length: \(long)"],
        body: both),
      attack(
        "H2 two lengths, short last", ["Content-Length: \(long)", "Content-Length: \(short)"],
        body: both),
      attack("H2 a list of lengths", ["Content-Length: \(short), \(long)"], body: both),
    ]
      + [
        "+\(long)", "-\(long)", "0x\(String(long, radix: 16))", "\(long / 10)_\(long % 10)", "",
        "18446744073709551616", "\(long)\u{0B}",
      ].map { attack("H3 length \($0)", ["Content-Length: \($0)"], body: both) }
      + [
        "xchunked", "identity", "chunked, chunked", "chunked, identity", "\"chunked\"",
        "\u{0B}chunked", "chunked\u{0B}", "chunked;x=y",
      ].map {
        attack("H5 \($0)", ["Transfer-Encoding: \($0)", "Content-Length: \(long)"], body: empty)
      }
      + [
        attack(
          "H5 two fields", [chunked, "Transfer-Encoding: identity", "Content-Length: \(long)"],
          body: empty),
        attack(
          "H5 space before the colon", ["Transfer-Encoding : chunked", "Content-Length: \(long)"],
          body: empty),
        attack(
          "H5 obs-fold", ["Transfer-Encoding:\r\n chunked", "Content-Length: \(long)"], body: empty),
        attack(
          "H5 hidden in another field",
          ["X: x\nTransfer-Encoding: chunked", "Content-Length: \(long)"], body: empty),
        attack("H7 HTTP/1.0", [chunked], body: empty, line: "POST /mcp HTTP/1.0"),
      ]
      + ["-1", "+0", "0x0", "00000000000000000000", "0_0", "0 ", "0;x=\n", "\u{0B}0", ""].map {
        attack("H8 chunk size \($0)", [chunked], body: "\($0)\r\n\r\n\(inner)")
      }
      + [
        attack("H8 a bare LF", [chunked], body: "0\n\n\(inner)"),
        attack("H8 a bare LF behind a chunk", [chunked], body: "1\r\nx\n0\r\n\r\n\(inner)"),
        attack(
          "H8 a field behind the chunks", [chunked], body: "0\r\nContent-Length: 9\r\n\r\n\(inner)"),
        attack(
          "H12 another host's URI", ["Content-Length: \(short)"], body: outer,
          line: "POST http://calculator.evil/mcp HTTP/1.1"),
        attack("H13 a NUL", ["X: \0", "Content-Length: \(short)"], body: outer),
        attack(
          "H13 a CR", ["X: x\rContent-Length: \(long)", "Content-Length: \(short)"], body: outer),
        attack("H13 no colon", ["X", "Content-Length: \(short)"], body: outer),
        attack(
          "H13 a request behind GET", ["Content-Length: \(inner.utf8.count)"], body: inner,
          line: "GET /healthz HTTP/1.1"),
      ]
  }()

  /// RFC 9112 §11.2: the server never parses a request that the proxy did not forward. The proxies
  /// overwrite X-Forwarded-For, so a request with the forged field was smuggled.
  @Test(arguments: Proxy.Kind.allCases)
  func nothingIsSmuggledThrough(_ kind: Proxy.Kind) throws {
    let server = try HTTPProcess(Self.behind)
    let proxy = try Proxy(kind, before: server, isEncrypted: false)
    let sockets = try Self.attacks.map { attack in
      let socket = try HTTPSocket(port: proxy.port)
      socket.send(attack.bytes)
      return socket
    }
    // All at the same time: a proxy that waits for more bytes waits for the 10 seconds of its
    // configuration.
    for socket in sockets {
      _ = try socket.response()
      socket.finish()
      while try socket.response() != nil {}
    }
    // The next client over the proxy's connections gets the response to its own request.
    for _ in Self.attacks {
      let next = try HTTPSocket(port: proxy.port)
      next.send(HTTPProcess.request(id: "7"))
      #expect(try next.response()?.body == HTTPProcess.answer(id: "7"))
    }
    let log = try server.end()
    #expect(log.count { $0.contains(#""request":7,"#) } == Self.attacks.count)
    #expect(log.filter { $0.contains(Self.spoofed) } == [])
  }

  /// Shows that the test above would detect it, by sending the attack without a proxy.
  @Test func whatIsSmuggledWouldBeSeen() throws {
    let server = try HTTPProcess(Self.behind)
    let socket = try HTTPSocket(port: server.port)
    socket.send(HTTPProcess.request() + Self.inner)
    _ = try socket.response()
    #expect(try socket.response()?.body == HTTPProcess.answer(id: "666"))
    #expect(try server.end().last?.contains(Self.spoofed) == true)
  }
}
