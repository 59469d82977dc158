import Foundation
import TestHarness
import TestSupport
import Testing

/// A person signs in through the proxies under `examples/`, with the base URL as the issuer.
@Suite(.enabled(if: Proxy.areThere, "\(Proxy.hint)"))
struct SignInProxyTests {
  /// Each step through the proxy: sign-in page, consent page, code, token, call.
  @Test(arguments: Proxy.Kind.allCases)
  func aPersonSignsInThroughAProxy(_ kind: Proxy.Kind) throws {
    let port = try HTTPSocket.freePort()
    let server = try SignInServer(proxyPort: port)
    let proxy = try Proxy(kind, at: port, before: server.port)
    let curl = try Curl()

    let redirect = "http://127.0.0.1:9/callback"
    var page = try curl.send([try server.authorization(redirect: redirect)])
    #expect(page.status == 200)
    // RFC 9700 §4.16: one field each, although proxies often add them again.
    for name in ["content-security-policy", "x-frame-options", "referrer-policy", "cache-control"] {
      #expect(page.values(of: name).count == 1, "\(name)")
    }
    #expect(page.values(of: "set-cookie").first?.hasPrefix("__Host-") == true)
    page = try curl.submit(
      page, to: server.issuer + "/authorize", server.issuer,
      ["username=\(SignInServer.user)", "password=\(SignInServer.password)"])
    #expect(page.status == 200)
    #expect(page.body.contains("<h1>Allow"))
    page = try curl.submit(
      page, to: server.issuer + "/consent", server.issuer, ["decision=allow"])
    #expect(page.status == 303)
    let location = try #require(page.values(of: "location").first)
    let answer = try #require(URLComponents(string: location)?.queryItems)
    #expect(location.hasPrefix(redirect + "?"))
    #expect(answer.first { $0.name == "iss" }?.value == server.issuer)  // RFC 9207 §2
    let code = try #require(answer.first { $0.name == "code" }?.value)

    let form = [
      "grant_type=authorization_code", "client_id=\(SignInServer.client)", "code=\(code)",
      "redirect_uri=\(redirect)",
      // RFC 7636 appendix B
      "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    ]
    let tokens = try curl.send(
      form.flatMap { ["--data-urlencode", $0] } + [server.issuer + "/token"])
    #expect(tokens.status == 200)
    let token = try #require(tokens.body.firstMatch(of: /"access_token":"([^"]+)"/)).1
    let result = try curl.send(
      (HTTPProcess.fields("add") + ["Authorization: Bearer \(token)"]).flatMap { ["-H", $0] }
        + ["--data", Wire.call("add", #""a":0.1,"b":0.2"#), server.resource])
    #expect(result.status == 200)
    #expect(result.body.contains(#""result":0.3"#))

    // ASVS 16.2.5: the log of the proxy has no code and no state of a sign-in.
    let log = try proxy.log(with: "/mcp")
    #expect(log.contains("/authorize"))
    for secret in [code, "state=xyz", String(token)] { #expect(!log.contains(secret)) }
    _ = try server.end()
  }

  /// A browser without pages: it keeps cookies and checks the certificate.
  private struct Curl {
    struct Answer {
      let status: Int
      let head: String
      let body: String

      func values(of name: String) -> [String] {
        head.split(separator: "\r\n").compactMap { line in
          let parts = line.split(separator: ":", maxSplits: 1)
          guard parts.count == 2, parts[0].lowercased() == name else { return nil }
          return parts[1].trimmingCharacters(in: .whitespaces)
        }
      }

      /// A hidden field of the page.
      func hidden(_ name: String) throws -> String {
        let pattern = try Regex("name=\"\(name)\" value=\"([^\"]*)\"")
        let text = try #require(body.firstMatch(of: pattern)?.output[1].substring)
        return String(text).replacing("&amp;", with: "&")
      }
    }

    private let folder: TemporaryFolder
    private let certificate: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      certificate = try Certificate.shared.get()
    }

    func send(_ arguments: [String]) throws -> Answer {
      let cookies = folder.path("cookies")
      let result = try Command.run(
        "curl",
        [
          "--silent", "--show-error", "--include", "--http1.1", "--cacert",
          certificate.path("ca.pem"), "--cookie", cookies, "--cookie-jar", cookies,
          "--max-time", "60",
        ] + arguments)
      try #require(result.status == 0, "\(result.errors)")
      let parts = result.output.components(separatedBy: "\r\n\r\n")
      let status = try #require(parts[0].firstMatch(of: /^HTTP\/1\.1 (\d+)/)).1
      return Answer(
        status: Int(status) ?? 0, head: parts[0],
        body: parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    /// Sends the form of a page, as a browser does.
    func submit(
      _ page: Answer, to url: String, _ origin: String, _ fields: [String]
    ) throws -> Answer {
      let hidden = try ["request", "csrf"].map { "\($0)=\(try page.hidden($0))" }
      return try send(
        (hidden + fields).flatMap { ["--data-urlencode", $0] } + ["-H", "Origin: \(origin)", url])
    }
  }
}
