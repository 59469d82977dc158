import Auth
import Support
import TestHarness
import TestSupport
import Testing

@testable import HTTPClient

/// Requests over real sockets on loopback addresses. The minute is only a safety net.
@Suite(.timeLimit(.minutes(10)))
struct CurlClientTests {
  static func client(
    _ policy: AddressPolicy = .trusted, pool: any BlockingPool = UnboundedPool(),
    _ change: (inout CurlClient.Settings) -> Void = { _ in }
  ) throws -> CurlClient {
    var settings = CurlClient.Settings()
    settings.allowsLoopback = true
    // No test waits for them, however slow the machine is.
    settings.timeout = .seconds(50)
    settings.connectTimeout = .seconds(50)
    change(&settings)
    return try CurlClient(policy, settings, pool: pool)
  }

  /// The error of a request; `nil` for a response.
  static func error(
    _ client: some HTTPClient, _ url: String, fields: [(name: String, value: String)] = []
  ) async -> OutboundError? {
    do throws(OutboundError) {
      _ = try await client.send(OutboundRequest(.get, url, fields: fields), for: .local)
      return nil
    } catch {
      return error
    }
  }

  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  // MARK: What is sent and received

  @Test func sendsExactlyTheRequest() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let response = try await Self.client().send(
      OutboundRequest(
        .get, "http://127.0.0.1:\(server.port)/keys?a=b",
        fields: [("Authorization", "Bearer a"), ("X-Empty", ""), ("X-Blank", " ")]),
      for: .local)
    #expect(response.status == 200)
    #expect(response.body == Array("ok".utf8))
    #expect(response.fields.map { "\($0.name): \($0.value)" } == ["Content-Length: 2"])
    #expect(
      server.text == """
        GET /keys?a=b HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: calculator\r
        Accept: */*\r
        Authorization: Bearer a\r
        X-Empty:\r
        X-Blank:\r
        \r

        """)
  }

  @Test(arguments: ["token=a%20b", ""])
  func sendsExactlyTheBody(_ body: String) async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    _ = try await Self.client().send(
      OutboundRequest(.post(Array(body.utf8)), "http://127.0.0.1:\(server.port)"), for: .local)
    #expect(
      server.text == """
        POST / HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: calculator\r
        Accept: */*\r
        Content-Length: \(body.utf8.count)\r
        \r
        \(body)
        """)
  }

  /// The method is gone with the request: the next one on the same handle is a GET.
  @Test func sendsDelete() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let url = "http://127.0.0.1:\(server.port)/mcp"
    _ = try await client.send(OutboundRequest(.delete, url), for: .local)
    _ = try await client.send(OutboundRequest(.get, url), for: .local)
    let fields =
      "Host: 127.0.0.1:\(server.port)\r\nUser-Agent: calculator\r\nAccept: */*\r\n\r\n"
    #expect(
      server.text == "DELETE /mcp HTTP/1.1\r\n\(fields)GET /mcp HTTP/1.1\r\n\(fields)")
  }

  /// libcurl asks with `Expect` before it sends a large body, and then waits.
  @Test func sendsALargeBodyWithoutAsking() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let body = OutboundRequest.Method.post(Array(repeating: 97, count: 2_000_000))
    _ = try? await Self.client().send(
      OutboundRequest(body, "http://127.0.0.1:\(server.port)/"), for: .local)
    #expect(server.received.starts(with: "POST / HTTP/1.1\r\n".utf8))
    #expect(server.received.firstRange(of: Array("Expect".utf8)) == nil)
  }

  /// O46
  @Test func aUsedConnectionSendsNoFieldsOfThePreviousRequest() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let url = "http://127.0.0.1:\(server.port)/"
    _ = try await client.send(
      OutboundRequest(.post([97]), url, fields: [("Authorization", "Bearer secret")]), for: .local)
    let length = server.received.count
    _ = try await client.send(OutboundRequest(.get, url), for: .local)
    #expect(server.connections == 1)
    #expect(
      String(decoding: server.received[length...], as: UTF8.self) == """
        GET / HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: calculator\r
        Accept: */*\r
        \r

        """)
  }

  /// Jenkins takes Basic, and libcurl could keep it for a connection.
  /// O46
  @Test func aUsedConnectionHasTheCredentialOfEachRequestAlone() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client()
    let credentials = ["Basic YW5uOm9uZQ==", "Basic YmVuOnR3bw==", "Bearer three"]
    for credential in credentials {
      _ = try await client.send(
        OutboundRequest(
          .get, "http://127.0.0.1:\(server.port)/", fields: [("Authorization", credential)]),
        for: .local)
    }
    #expect(server.connections == 1)
    #expect(
      server.text.matches(of: /Authorization: ([\w =]+)/).map { String($0.1) } == credentials)
  }

  /// Six requests at once have six connections, of which four are used again.
  @Test func keepsFourHandles() async throws {
    let server = try await ScriptedServer(.together(6, Self.ok))
    let client = try Self.client()
    for connections in [6, 8] {
      await withTaskGroup { group in
        for _ in 0..<6 {
          group.addTask {
            #expect(await Self.error(client, "http://127.0.0.1:\(server.port)/") == nil)
          }
        }
      }
      #expect(server.connections == connections)
    }
  }

  @Test func aClosedConnectionIsReplaced() async throws {
    let server = try await ScriptedServer(.answerAndClose(Self.ok))
    let client = try Self.client()
    for connections in 1...3 {
      #expect(await Self.error(client, "http://127.0.0.1:\(server.port)/") == nil)
      #expect(server.connections == connections)
    }
  }

  @Test(arguments: [
    (
      "no fields of 1xx",
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 N\r\nX: b\r\nContent-Length: 0\r\n\r\n"
    ),
    (
      "no trailers", "HTTP/1.1 404 N\r\nX: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: c\r\n\r\n"
    ),
    ("white space", "HTTP/1.1 404 N\r\nX: \t b \r\nContent-Length: 0\r\n\r\n"),
  ])
  func keepsTheFieldsOfTheLastHead(_ name: String, _ answer: String) async throws {
    let server = try await ScriptedServer(.answer(answer))
    let response = try await Self.client().send(
      OutboundRequest(.get, "http://127.0.0.1:\(server.port)/"), for: .local)
    #expect(response.status == 404)
    #expect(response.fields.first.map { "\($0.name): \($0.value)" } == "X: b")
    #expect(response.fields.count == 2)
  }

  // MARK: Responses that are refused

  struct Refusal: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let script: ScriptedServer.Script
    let error: OutboundError?

    init(_ name: String, _ script: ScriptedServer.Script, _ error: OutboundError?) {
      (testDescription, self.script, self.error) = (name, script, error)
    }
  }

  static let ten = String(repeating: "a", count: 10)
  static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

  /// O42, O44, O45: a body may have 10 bytes, and a head 1,000.
  @Test(arguments: [
    Refusal("largest body", .answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n\(ten)"), nil),
    Refusal(
      "one byte more", .answer("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n\(ten)a"), .tooLarge),
    Refusal("largest chunks", .answer(chunked + "5\r\naaaaa\r\n5\r\naaaaa\r\n0\r\n\r\n"), nil),
    Refusal(
      "chunks of one byte more", .answer(chunked + "5\r\naaaaa\r\n6\r\naaaaaa\r\n0\r\n\r\n"),
      .tooLarge),
    Refusal("endless body", .endless("HTTP/1.1 200 OK\r\n\r\n", ten), .tooLarge),
    Refusal("endless chunks", .endless(chunked, "1\r\na\r\n"), .tooLarge),
    Refusal("endless head", .endless("HTTP/1.1 200 OK\r\n", "X: a\r\n"), .tooLarge),
    Refusal("endless line", .endless("HTTP/1.1 200 OK\r\nX: ", ten), .tooLarge),
    Refusal("endless 1xx", .endless("", "HTTP/1.1 103 Early\r\n\r\n"), .tooLarge),
    Refusal("endless trailers", .endless(chunked + "0\r\n", "X: a\r\n"), .tooLarge),
    Refusal(
      "closed in the body", .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\naa"),
      .unreachable),
    Refusal("closed in the head", .answerAndClose("HTTP/1.1 200 OK\r\nX: a"), .unreachable),
    Refusal("closed after a line", .answerAndClose("HTTP/1.1 200 OK\r\n"), .unreachable),
    Refusal("closed at once", .answerAndClose(""), .unreachable),
    Refusal("another protocol", .answerAndClose("SSH-2.0-OpenSSH_9.2\r\n"), .unreachable),
    Refusal("HTTP/0.9", .answerAndClose("<html>"), .unreachable),
    Refusal(
      "no colon", .answer("HTTP/1.1 200 OK\r\nX\r\nContent-Length: 2\r\n\r\nok"), .unreachable),
    Refusal(
      "space in a name", .answer("HTTP/1.1 200 OK\r\nX y: a\r\nContent-Length: 2\r\n\r\nok"),
      .unreachable),
    Refusal(
      "folded line", .answer("HTTP/1.1 200 OK\r\nX: a\r\n b: c\r\nContent-Length: 2\r\n\r\nok"),
      .unreachable),
    Refusal(
      "compressed",
      .answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
      .unreachable),
    Refusal(
      "compressed twice",
      .answer("HTTP/1.1 200 OK\r\ncontent-encoding: identity, br\r\nContent-Length: 2\r\n\r\nok"),
      .unreachable),
    Refusal(
      "not compressed",
      .answer("HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 2\r\n\r\nok"), nil),
    Refusal(
      "compressed transfer",
      .answerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), .unreachable),
  ])
  func refuses(_ refusal: Refusal) async throws {
    let server = try await ScriptedServer(refusal.script)
    let client = try Self.client {
      ($0.maximumBody, $0.maximumHead) = (10, 1000)
    }
    #expect(
      await Self.error(client, "http://127.0.0.1:\(server.port)/") == refusal.error)
  }

  /// O44: bytes keep coming, and the whole request has a limit all the same.
  @Test(arguments: ["HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"])
  func aSlowServerIsLeft(_ first: String) async throws {
    let server = try await ScriptedServer(.trickle(first))
    let client = try Self.client { $0.timeout = .milliseconds(200) }
    #expect(await Self.error(client, "http://127.0.0.1:\(server.port)/") == .timeout)
  }

  @Test func aTimeoutOfZeroIsALimit() async throws {
    let server = try await ScriptedServer(.silence)
    let client = try Self.client { $0.timeout = .zero }
    #expect(await Self.error(client, "http://127.0.0.1:\(server.port)/") == .timeout)
  }

  /// O44: a server that accepts connections and answers no handshake.
  @Test func aSilentServerIsLeft() async throws {
    let server = try await ScriptedServer(.silence)
    // The server ends the connection before the whole request would be too slow.
    let client = try Self.client {
      ($0.connectTimeout, $0.timeout) = (.milliseconds(200), .seconds(200))
    }
    #expect(await Self.error(client, "https://127.0.0.1:\(server.port)/") == .timeout)
  }

  /// O47
  @Test func followsNoRedirect() async throws {
    let other = try await ScriptedServer(.answer(Self.ok))
    let server = try await ScriptedServer(
      .answer(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n"
      ))
    let response = try await Self.client().send(
      OutboundRequest(.get, "http://127.0.0.1:\(server.port)/"), for: .local)
    #expect(response.status == 302)
    #expect(other.connections == 0)
  }

  @Test func aFullPoolIsOverloaded() async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let client = try Self.client(pool: FullPool())
    #expect(await Self.error(client, "http://127.0.0.1:\(server.port)/") == .overloaded)
    #expect(server.connections == 0)
  }

  // MARK: Requests that are refused

  /// O43
  @Test(arguments: [
    ("X", "a\r\nX-Admin: true"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}b"), ("X\r\nY", "a"),
    ("X Y", "a"), ("X: Y", "a"), ("", "a"), ("X;", ""),
  ])
  func refusesFieldsThatWouldBeMore(_ name: String, _ value: String) async throws {
    let server = try await ScriptedServer(.answer(Self.ok))
    let error = await Self.error(
      try Self.client(), "http://127.0.0.1:\(server.port)/", fields: [(name, value)])
    #expect(error == .refusedURL)
    #expect(server.connections == 0)
  }

  @Test func anErrorTellsNoSecret() async throws {
    let client = try Self.client { $0.allowsLoopback = false }
    let error = await Self.error(
      client, "https://127.0.0.1/secret-path", fields: [("Authorization", "Bearer secret-token")])
    #expect("\(try #require(error))" == "refusedAddress")
    #expect(error?.reason == "refused_address")
  }

  // MARK: TLS

  struct Handshake: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let certificate: String
    let caFile: String?
    let error: OutboundError?
    var host = "127.0.0.1"
  }

  /// O48
  @Test(arguments: [
    Handshake(testDescription: "own CA", certificate: "ours", caFile: "ours/ca.pem", error: nil),
    Handshake(
      testDescription: "own CA, a name", certificate: "ours", caFile: "ours/ca.pem", error: nil,
      host: "localhost"),
    Handshake(
      testDescription: "unknown CA", certificate: "ours", caFile: nil, error: .insecure),
    Handshake(
      testDescription: "another CA", certificate: "ours", caFile: "other/ca.pem", error: .insecure),
    Handshake(
      testDescription: "another host", certificate: "wrong", caFile: "wrong/ca.pem",
      error: .insecure),
  ])
  func verifies(_ handshake: Handshake) async throws {
    let certificates = try Certificates.shared.get()
    let server = try await ScriptedServer(
      .answer(Self.ok), tls: try certificates.context(handshake.certificate))
    let client = try Self.client { $0.caFile = handshake.caFile.map(certificates.path) }
    let error = await Self.error(client, "https://\(handshake.host):\(server.port)/")
    #expect(error == handshake.error)
    #expect(server.text.isEmpty == (handshake.error != nil))
  }

  /// RFC 8996; RFC 8446 §4.2.1: the extension with 1.3 and 1.2 alone. RFC 7301: no HTTP/2.
  @Test func offersNoOldVersions() async throws {
    let server = try await ScriptedServer(.answerAndClose("HTTP/1.1 400 Bad\r\n\r\n"))
    let error = await Self.error(try Self.client(), "https://127.0.0.1:\(server.port)/")
    #expect(error == .insecure)
    #expect(
      server.received.firstRange(of: [0x00, 0x2B, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03]) != nil)
    #expect(server.received.firstRange(of: [0x02] + Array("h2".utf8)) == nil)
  }

  // MARK: Setup

  @Test func aMissingCAFileIsAnErrorAtTheStart() {
    #expect(throws: CurlClient.SetupError.unreadableCAFile) {
      try Self.client { $0.caFile = "/nonexistent/ca.pem" }
    }
  }

  private static let revocations = """
    -----BEGIN X509 CRL-----
    MIGSMDsCAQEwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYRcNMjYwMTAxMDAwMDAw
    WhcNMzYwMTAxMDAwMDAwWjAKBggqhkjOPQQDAgNHADBEAiAx+AmxOEbsbW8/OgJh
    R/hrT/xfsGJQQos/YmKkAkKNmwIgRiJy6TEi2HrZm95lG5P7Br2t296MFDtagVkw
    MFI/V4k=
    -----END X509 CRL-----

    """

  /// RFC 7468 §5
  @Test(arguments: [
    "", "{}", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n", revocations,
  ])
  func aCAFileWithoutACertificateIsAnErrorAtTheStart(_ text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("ca.pem", text)
    for path in [path, folder.path(".")] {
      #expect(throws: CurlClient.SetupError.noCertificate) {
        try Self.client { $0.caFile = path }
      }
    }
  }

  /// The libcurl of macOS trusts the certificates of the system besides the file.
  @Test(arguments: [
    ("OpenSSL/3.0.19", true), ("(SecureTransport) LibreSSL/3.3.6", false),
    ("LibreSSL/3.3.6", false), ("GnuTLS/3.7.9", false), ("", false),
  ])
  func onlyOpenSSLTrustsTheFileAlone(_ library: String, _ isTrusted: Bool) {
    #expect(LibCurl.isOpenSSL(library) == isTrusted)
  }
}
