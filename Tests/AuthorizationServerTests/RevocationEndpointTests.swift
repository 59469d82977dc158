import AuthorizationServer
import JSON
import OAuth
import State
import Support
import Testing

struct RevocationEndpointTests {
  static let rows: [(String, String, String, Bool)] = [
    ("the refresh token", "refresh_token", "public", true),
    ("the access token", "access_token", "public", true),
    ("the refresh token of another client", "refresh_token", "other", false),
    ("the access token of another client", "access_token", "other", false),
    ("an unknown token", "scope", "public", false),
  ]

  /// RFC 7009 §2.1, §2.2
  /// ATTACKS O77
  @Test(arguments: rows)
  func revokes(_ row: (name: String, member: String, client: String, ends: Bool)) throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    let grant = try #require(try fixture.state.grants().first)
    let token = try #require(answer[row.member]?.string)
    let response = fixture.revoke([("token", token), ("client_id", row.client)])
    #expect(response.status == 200)
    #expect(response.body.isEmpty)
    #expect(try fixture.state.isActive(grant.id, now: Fixture.start) != row.ends)
    #expect(fixture.events.take().contains(.revoked(grant: grant.id)) == row.ends)
  }

  /// A text that looks like a token of this server, but has another signature.
  /// ATTACKS O77
  @Test func aForgedAccessTokenRevokesNothing() throws {
    let fixture = try Fixture()
    let answer = try fixture.granted(Fixture.redemption(try fixture.code()))
    let grant = try #require(try fixture.state.grants().first)
    let token = try #require(answer["access_token"]?.string)
    // The claims stay as they are, so that nothing but the signature can stop it.
    var forged = Array(token.utf8)
    let point = try #require(forged.lastIndex(of: UInt8(ascii: ".")))
    forged[point + 1] =
      forged[point + 1] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    let response = fixture.revoke([
      ("token", String(decoding: forged, as: UTF8.self)), ("client_id", "public"),
    ])
    #expect(response.status == 200)
    #expect(try fixture.state.isActive(grant.id, now: Fixture.start))
  }

  static let refusals: [(String, [(String, String)], String)] = [
    ("no token", [("client_id", "public")], "invalid_request"),
    ("no client", [("token", "x")], "invalid_client"),
    ("an unknown client", [("token", "x"), ("client_id", "nobody")], "invalid_client"),
    (
      "a confidential client without its secret", [("token", "x"), ("client_id", "secret")],
      "invalid_client"
    ),
  ]

  @Test(arguments: refusals)
  func refuses(_ row: (name: String, parameters: [(String, String)], error: String)) throws {
    let response = try Fixture().revoke(row.parameters)
    #expect(response.error == row.error)
  }
}
