import Foundation
import TestHarness
import Testing

/// `CalculatorOAuth` with an identity provider and clients that others wrote.
@Suite(.serialized, .enabled(if: Glewlwyd.isThere, "\(Glewlwyd.hint)"))
struct OAuthClientTests {
  /// The client knows the URL of the server and its own client id, nothing else. RFC 9728 §5.1 leads
  /// it to the provider, and RFC 6750 §3.1 to the scope that `power` needs.
  @Test(arguments: ["mcp", "fastmcp"])
  func aClientFindsTheProviderAndSignsInForMoreWhereItMust(_ client: String) throws {
    let pair = try Pair()
    let (status, output) = try Python.run(
      "oauth_client.py", in: "modern", arguments: [client],
      input: try JSONEncoder().encode(
        Scenario(url: pair.resource, provider: pair.provider.ready)))
    try #require(status == 0)
    let outcome = try JSONDecoder().decode(Outcome.self, from: output)
    #expect(
      outcome.requests == [
        "POST /mcp 401",
        "GET /.well-known/oauth-protected-resource/mcp 200",
        "GET /.well-known/oauth-authorization-server/api/oidc 404",
        "GET /.well-known/openid-configuration/api/oidc 404",
        "GET /api/oidc/.well-known/openid-configuration 200",
        "POST /api/oidc/token 200",
        // server/discover, add and the list of tools; then power
        "POST /mcp 200", "POST /mcp 200", "POST /mcp 200",
        "POST /mcp 403",
        "POST /api/oidc/token 200",
        "POST /mcp 200",
      ])
    #expect(
      outcome.signIns == [
        .init(scope: "calculate:basic", resource: pair.resource),
        .init(scope: "calculate:basic calculate:advanced", resource: pair.resource),
      ])
    #expect(outcome.results == [["result": 12], ["result": 1024]])
    #expect(try pair.end().contains { $0.contains(#""reason":"needs calculate:advanced""#) })
  }

  @Test(arguments: ["RS256", "PS256", "ES256", "EdDSA"])
  func acceptsATokenWithASignatureBy(_ algorithm: String) throws {
    let pair = try Pair(algorithm: algorithm)
    let token = try pair.provider.token(for: pair.resource)
    let header = try #require(Data(base64URL: token.prefix { $0 != "." }))
    #expect(try JSONDecoder().decode([String: String].self, from: header)["alg"] == algorithm)
    #expect(try pair.call(token) == 200)
    let accepted = try #require(try pair.end().first { $0.contains(#""tool":"add""#) })
    #expect(accepted.contains(#""method":"oauth""#))
    #expect(accepted.contains(#""client":"terminal","outcome":"accepted""#))
  }

  /// RFC 8707 §2: a token that names no resource is not a token for this one.
  @Test func refusesATokenThatNamesNoResource() throws {
    let pair = try Pair()
    #expect(try pair.call(try pair.provider.token(for: nil)) == 401)
    #expect(try pair.end().contains { $0.contains(#""reason":"wrong_audience""#) })
  }

  /// A server fetches the keys at most once in 30 s, and a test must not wait for that. So each
  /// server of this test starts after a rotation. `IssuerKeysTests` show with a clock of their own
  /// that a running server fetches new keys.
  @Test func acceptsATokenOfEachKeyThatTheProviderPublishes() throws {
    let pair = try Pair()
    let first = try pair.provider.token(for: pair.resource)
    #expect(try pair.provider.rotate() == ["rs256-2", "rs256-1"])
    let second = try pair.provider.token(for: pair.resource)
    #expect(try pair.call(first) == 200)
    try pair.replaceServer()
    #expect(try pair.call(first) == 200)
    #expect(try pair.call(second) == 200)

    #expect(try pair.provider.rotate() == ["rs256-3", "rs256-2"])
    try pair.replaceServer()
    #expect(try pair.call(try pair.provider.token(for: pair.resource)) == 200)
    #expect(try pair.call(second) == 200)
    // RFC 7517 §4.5: the first token has not expired, but its key is withdrawn.
    #expect(try pair.call(first) == 401)
    #expect(try pair.end().contains { $0.contains(#""reason":"unknown_key""#) })
  }

  /// RFC 6749 §6, and RFC 8707 §2.2 for the resource.
  @Test func acceptsATokenThatTheProviderGaveForARefreshToken() throws {
    let pair = try Pair()
    #expect(try pair.call(try pair.provider.token(for: pair.resource, isRefreshed: true)) == 200)
    #expect(try pair.end().contains { $0.contains(#""outcome":"accepted""#) })
  }

  /// RFC 7662
  @Test func asksTheProviderAboutEachToken() throws {
    let pair = try Pair(introspects: true)
    #expect(try pair.call(try pair.provider.token(for: pair.resource)) == 200)
    // Its signature and its claims are valid still: only the provider knows.
    #expect(try pair.call(try pair.provider.token(for: pair.resource, isRevoked: true)) == 401)
    #expect(try pair.call(try pair.provider.token(for: nil)) == 401)
    let refused = try pair.end().filter { $0.contains(#""outcome":"unauthenticated""#) }
    #expect(refused.count == 2)
    #expect(refused.first?.contains(#""reason":"inactive_token""#) == true)
    #expect(refused.last?.contains(#""reason":"wrong_audience""#) == true)
  }

  /// A server that asks the provider needs no keys, so a new key changes nothing for it.
  @Test func asksTheProviderAboutATokenOfANewKey() throws {
    let pair = try Pair(introspects: true)
    #expect(try pair.call(try pair.provider.token(for: pair.resource)) == 200)
    try pair.provider.rotate()
    #expect(try pair.call(try pair.provider.token(for: pair.resource)) == 200)
    _ = try pair.end()
  }

  private struct Scenario: Encodable {
    let url: String
    let provider: Glewlwyd.Ready
  }

  private struct Outcome: Decodable {
    struct SignIn: Decodable, Equatable {
      let scope: String
      let resource: String
    }
    let requests: [String]
    let signIns: [SignIn]
    let results: [[String: Double]]
  }
}

extension OAuthClientTests {
  /// A provider, and a server that accepts its tokens.
  private final class Pair {
    let provider: Glewlwyd
    let resource: String
    private let environment: [String: String]
    private var port: Int
    private var server: ServerProcess

    init(algorithm: String = "RS256", introspects: Bool = false) throws {
      // The URL of each side is a setting of the other, so both ports are known before the start.
      let (own, other) = (try HTTPSocket.freePort(), try HTTPSocket.freePort())
      try #require(own != other)
      port = own
      resource = "http://127.0.0.1:\(own)/mcp"
      provider = try Glewlwyd(resource: resource, algorithm: algorithm, port: other)
      var environment = [
        "CALCULATOR_OAUTH_ISSUER": provider.ready.issuer,
        "CALCULATOR_OAUTH_ALLOW_LOOPBACK": "true",
        "CALCULATOR_BASE_URL": "http://127.0.0.1:\(own)", "CALCULATOR_THREADS": "2",
      ]
      if introspects {
        environment["CALCULATOR_OAUTH_INTROSPECTION_CLIENT_ID"] = provider.ready.introspectionClient
        environment["CALCULATOR_OAUTH_INTROSPECTION_CLIENT_SECRET"] =
          provider.ready.introspectionSecret
      }
      self.environment = environment
      server = try Self.start(resource, environment, port: own)
    }

    private static func start(
      _ resource: String, _ environment: [String: String], port: Int
    ) throws -> ServerProcess {
      let server = try ServerProcess(
        "CalculatorOAuth", arguments: ["--port", "\(port)"], environment: environment)
      guard try server.readLine()?.contains(resource) == true else {
        throw HTTPProcess.Failed(reason: try server.restOfErrors())
      }
      return server
    }

    /// Starts another server for the same resource, which knows nothing of the one before.
    func replaceServer() throws {
      _ = try end()
      port = try HTTPSocket.freePort()
      server = try Self.start(resource, environment, port: port)
    }

    /// The status of a call of `add`.
    func call(_ token: String) throws -> Int? {
      let socket = try HTTPSocket(port: port)
      socket.send(HTTPProcess.request(fields: ["Authorization: Bearer \(token)"]))
      return try socket.response()?.status
    }

    /// Ends the server. Returns the lines of its log.
    func end() throws -> [String] {
      server.deliver(SIGTERM)
      var lines: [String] = []
      while let line = try server.readErrorLine() { lines.append(line) }
      #expect(server.waitForExit() == 0)
      return lines
    }
  }
}

extension Data {
  /// RFC 4648 §5, without padding.
  init?(base64URL text: some StringProtocol) {
    let plain = String(text).replacing("-", with: "+").replacing("_", with: "/")
    self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
  }
}
