import Auth
import Foundation
import Support
import TestHarness
import TestSupport
import Testing

@testable import HTTPClient

/// Which servers a client connects to.
@Suite(.timeLimit(.minutes(10)))
struct OutboundAddressTests {
  /// O40: forms of one address, for both policies. The port belongs to a server on loopback.
  @Test(arguments: [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0x7f000001", "0X7F.0.0.1", "2130706433",
    "017700000001", "0177.0.0.1", "127.0.0.01", "localhost", "LOCALHOST", "0", "0.0.0.0", "0x0",
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[::ffff:0.0.0.0]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2002:7f00:1::1]", "[fe80::1]", "[ff02::1]",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "169.16689662", "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[::169.254.169.254]",
    "224.0.0.1", "255.255.255.255",
  ])
  func neitherPolicyConnectsTo(_ host: String) async throws {
    let server = try await ScriptedServer(.answer(CurlClientTests.ok))
    for policy in [AddressPolicy.trusted, .publicOnly] {
      let client = try CurlClientTests.client(policy) { $0.allowsLoopback = false }
      #expect(
        await CurlClientTests.error(client, "https://\(host):\(server.port)/") == .refusedAddress)
    }
    #expect(server.connections == 0)
  }

  /// O40
  @Test(arguments: [
    "10.0.0.1", "10.1", "0xa000001", "167772161", "012.0.0.1", "[::ffff:10.0.0.1]",
    "[::ffff:a00:1]", "[64:ff9b::10.0.0.1]", "[2002:a00:1::1]", "172.16.0.1", "192.168.0.1",
    "192.168.1", "100.64.0.1", "192.0.0.192", "198.18.0.1", "240.0.0.1", "[fd00::1]", "[fec0::1]",
    "[2001::1]", "[2001:db8::1]", "[3fff::1]", "[4000::1]",
  ])
  func thePublicPolicyDoesNotConnectTo(_ host: String) async throws {
    let client = try CurlClientTests.client(.publicOnly)
    #expect(await CurlClientTests.error(client, "https://\(host)/") == .refusedAddress)
  }

  @Test(arguments: [AddressPolicy.trusted, .publicOnly])
  func aSettingAllowsLoopback(_ policy: AddressPolicy) async throws {
    let server = try await ScriptedServer(.answer(CurlClientTests.ok))
    let client = try CurlClientTests.client(policy)
    #expect(await CurlClientTests.error(client, "http://127.0.0.1:\(server.port)/") == nil)
    #expect(await CurlClientTests.error(client, "http://localhost:\(server.port)/") == nil)
  }

  /// Without the setting, `http` is refused before a name is looked up.
  @Test func plainHTTPIsForLoopbackAlone() async throws {
    let strict = try CurlClientTests.client { $0.allowsLoopback = false }
    #expect(await CurlClientTests.error(strict, "http://127.0.0.1/") == .refusedURL)
    let loopback = try CurlClientTests.client()
    for host in ["10.0.0.1", "[fd00::1]", "[::ffff:10.0.0.1]"] {
      #expect(await CurlClientTests.error(loopback, "http://\(host)/") == .refusedAddress)
    }
  }

  /// O41
  @Test(arguments: [
    "https://user@127.0.0.1:PORT/", "https://user:secret@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT/#a", "http://127.0.0.1:PORT/ HTTP/1.1", "http://127.0.0.1:PORT/\r\nX: a",
    "ftp://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_GET", "dict://127.0.0.1:PORT/",
    "file:///etc/passwd", "127.0.0.1:PORT", "http://example.org\\@127.0.0.1:PORT/",
  ])
  func refusesURLs(_ url: String) async throws {
    let server = try await ScriptedServer(.answer(CurlClientTests.ok))
    let text = url.replacingOccurrences(of: "PORT", with: "\(server.port)")
    #expect(await CurlClientTests.error(try CurlClientTests.client(), text) == .refusedURL)
    #expect(server.connections == 0)
  }

  @Test func aClosedPortIsUnreachable() async throws {
    let client = try CurlClientTests.client()
    #expect(await CurlClientTests.error(client, "http://127.0.0.1:1/") == .unreachable)
  }

  // MARK: Proxies

  /// The proxy gets the name, and no field of the request.
  @Test func asksTheProxyOfTheSetting() async throws {
    let proxy = try await ScriptedServer(
      .answerAndClose("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
    let client = try CurlClientTests.client {
      $0.proxy = "http://127.0.0.1:\(proxy.port)"
      $0.allowsLoopback = false
    }
    let error = await CurlClientTests.error(
      client, "https://idp.example/keys", fields: [("Authorization", "Bearer secret")])
    #expect(error == .unreachable)
    #expect(
      proxy.text == """
        CONNECT idp.example:443 HTTP/1.1\r
        Host: idp.example:443\r
        User-Agent: calculator\r
        Proxy-Connection: Keep-Alive\r
        \r

        """)
  }

  /// O48: the proxy cannot read the request, and its fields are not the server's.
  @Test func theProxyOnlyTransportsTheRequest() async throws {
    let certificates = try Certificates.shared.get()
    let proxy = try await ScriptedServer(
      .tunnel(
        "HTTP/1.1 200 OK\r\nX-Proxy: a\r\n\r\n", try certificates.context("ours"),
        "HTTP/1.1 200 OK\r\nX-Server: b\r\nContent-Length: 0\r\n\r\n"))
    let client = try CurlClientTests.client {
      $0.proxy = "http://127.0.0.1:\(proxy.port)"
      $0.caFile = certificates.path("ours/ca.pem")
    }
    let response = try await client.send(
      OutboundRequest(.get, "https://localhost:1/"), for: .local)
    #expect(response.fields.map(\.name) == ["X-Server", "Content-Length"])
    #expect(
      proxy.text == """
        CONNECT localhost:1 HTTP/1.1\r
        Host: localhost:1\r
        User-Agent: calculator\r
        Proxy-Connection: Keep-Alive\r
        \r
        GET / HTTP/1.1\r
        Host: localhost:1\r
        User-Agent: calculator\r
        Accept: */*\r
        \r

        """)
    let impostor = try CurlClientTests.client { $0.proxy = "http://127.0.0.1:\(proxy.port)" }
    #expect(await CurlClientTests.error(impostor, "https://localhost:1/") == .insecure)
  }

  /// O40: nobody here sees the address that the proxy connects to.
  @Test func withAProxyOnlyTrustedOriginsAreCalled() async throws {
    let proxy = try await ScriptedServer(.answer(CurlClientTests.ok))
    func settings(_ settings: inout CurlClient.Settings) {
      settings.proxy = "http://127.0.0.1:\(proxy.port)"
    }
    let open = try CurlClientTests.client(.publicOnly, settings)
    #expect(await CurlClientTests.error(open, "https://example.org/") == .refusedURL)
    let trusted = try CurlClientTests.client(.trusted, settings)
    #expect(await CurlClientTests.error(trusted, "http://127.0.0.1/") == .refusedURL)
    #expect(proxy.connections == 0)
  }

  @Test func aProxyThatIsNoOriginIsAnErrorAtTheStart() {
    #expect(throws: CurlClient.SetupError.invalidProxy) {
      try CurlClientTests.client { $0.proxy = "proxy.example:3128" }
    }
  }

  // MARK: The environment

  /// O50: in a process of its own, because variables belong to the whole process.
  @Test func variablesOfTheEnvironmentNameNoProxy() async {
    await #expect(processExitsWith: .success) {
      let proxy = try await ScriptedServer(.answer(CurlClientTests.ok))
      for name in ["http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
      }
      let server = try await ScriptedServer(.answer(CurlClientTests.ok))
      let client = try CurlClientTests.client()
      let error = await CurlClientTests.error(client, "http://127.0.0.1:\(server.port)/")
      #expect(error == nil)
      #expect(server.connections == 1)
      #expect(proxy.connections == 0)
    }
  }

  /// O50: `NO_PROXY` would send a request past the proxy of the setting.
  @Test func variablesOfTheEnvironmentBypassNoProxy() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("no_proxy", "*", 1)
      unsafe setenv("NO_PROXY", "*", 1)
      let proxy = try await ScriptedServer(.answerAndClose("HTTP/1.1 403 Forbidden\r\n\r\n"))
      let client = try CurlClientTests.client { $0.proxy = "http://127.0.0.1:\(proxy.port)" }
      let error = await CurlClientTests.error(client, "https://127.0.0.1:1/")
      #expect(error == .unreachable)
      #expect(proxy.connections == 1)
    }
  }

  /// O50: a file that OPENSSL_CONF names has no effect, although libcurl reads it.
  @Test func aVariableChangesNothingOfTLS() async {
    await #expect(processExitsWith: .success) {
      let certificates = try Certificates.shared.get()
      let file = certificates.path("openssl.cnf")
      try """
      openssl_conf = all
      [all]
      ssl_conf = ssl
      [ssl]
      system_default = weak
      [weak]
      MaxProtocol = TLSv1.1
      """.write(toFile: file, atomically: true, encoding: .utf8)
      unsafe setenv("OPENSSL_CONF", file, 1)
      // Before the server starts libssl, and before a CA file is read: both ignore the file, too.
      _ = try CurlClientTests.client()
      let client = try CurlClientTests.client { $0.caFile = certificates.path("ours/ca.pem") }
      let server = try await ScriptedServer(
        .answer(CurlClientTests.ok), tls: try certificates.context("ours"))
      let error = await CurlClientTests.error(client, "https://127.0.0.1:\(server.port)/")
      #expect(error == nil)
    }
  }
}
