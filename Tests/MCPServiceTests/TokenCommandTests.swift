import Calculator
import TestSupport
import Auth
@testable import MCPService
import Testing
import TestHarness

/// `CalculatorJWT token`: it prints "verifies" only if the server accepts the token.
struct TokenCommandTests {
  let server: JWTHarness
  let command: TokenCommand

  init() throws {
    let server = try JWTHarness()
    let clock = server.clock
    self.server = server
    command = TokenCommand(
      name: CalculatorServer.jwt.name,
      environment: Environment(JWTHarness.environment), environmentFile: nil, now: { clock.now })
  }

  func isAccepted(_ token: String) throws -> Bool {
    try server.call("whoami", #""jwt_token":"\#(token)""#).structuredContent != nil
  }

  @Test func anAccessTokenVerifies() async throws {
    let token = try server.call("generate_token", #""user_id":"anshika","permissions":[]"#).access
    #expect(try isAccepted(token))
    #expect(await command.verify(token).status == 0)
    #expect(await command.inspect(token).text.hasSuffix("\nverifies"))
    server.clock.advance(seconds: 3600)
    #expect(try !isAccepted(token))
    #expect(
      await command.verify(token)
        == CommandOutput(errors: "does not verify: expired", status: 1))
  }

  /// T12: the command, like the server, does not accept a refresh token as an access token.
  @Test func aRefreshTokenDoesNotVerify() async throws {
    let token = try server.call("generate_token", #""user_id":"anshika""#).refresh
    #expect(try !isAccepted(token))
    #expect(await command.verify(token).errors == "does not verify: wrong_type")
    let inspected = await command.inspect(token)
    #expect(inspected.status == 1)
    #expect(inspected.text.contains(#""typ":"refresh+jwt""#))
    #expect(inspected.text.hasSuffix("\ndoes not verify: wrong_type"))
  }

  /// T34: the command, like the server, ignores unknown permissions.
  @Test func whatTheServerIgnoresIsIgnored() async throws {
    let issued = await command.issue(to: "anshika", permissions: ["calculate:basic"], seconds: 60)
    #expect(issued.status == 0)
    #expect(try isAccepted(issued.text))
    #expect(await command.inspect(issued.text).status == 0)
    #expect(
      await command.issue(to: "anshika", permissions: ["*"], seconds: nil).status == 64,
      "nothing is issued that the server does not know")
  }
}
