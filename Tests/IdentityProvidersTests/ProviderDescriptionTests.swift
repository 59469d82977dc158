import Auth
import JSON
import Support
import TestSupport
import Testing

@testable import IdentityProviders

struct ProviderDescriptionTests {
  @Test func theProvidersAreThese() {
    #expect(ProviderDescription.all.map(\.id) == ["github", "atlassian", "oidc"])
    #expect(
      ProviderDescription.all.map(\.scope)
        == ["user:email", "read:me offline_access", "openid profile email"])
  }

  /// The identifier stands in a path, in settings, and before the identifiers of people.
  @Test(arguments: ProviderDescription.all.indices)
  func theNamesFitWhereTheyStand(_ index: Int) {
    let provider = ProviderDescription.all[index]
    #expect(provider.id.utf8.allSatisfy { 0x61...0x7A ~= $0 })
    #expect(!provider.title.isEmpty && !provider.meaning.isEmpty)
    for url in [provider.endpoints?.authorize, provider.endpoints?.token, provider.endpoints?.api] {
      guard let url else { continue }
      #expect(Origin(of: url)?.scheme == .https)
      #expect(!url.hasBytes(atEnd: "/"))
    }
  }

  /// Nothing else must change for a new provider.
  @Test func aNewProviderIsOneDeclaration() async throws {
    let fixture = Fixture()
    let provider = fixture.provider(.tiny)
    fixture.http["https://tiny.example/token"] = FakeHTTP.json(
      #"{"access_token":"t","token_type":"bearer"}"#)
    fixture.http["https://tiny.example/api/person"] = FakeHTTP.json(#"{"id":"7","name":"Ada"}"#)
    #expect(
      try await provider.authorizeURL(Fixture.request)
        == "https://tiny.example/sign-in?response_type=code&client_id=the%20client"
        + "&redirect_uri=https%3A%2F%2Fcalculator.example%2Fgithub%2Fcallback&scope=person"
        + "&state=the%20state")
    let tokens = try await Fixture.exchange(provider).get()
    #expect(
      await Fixture.profile(provider, tokens)
        == .success(ProviderUser(id: "7", login: nil, name: "Ada", email: nil)))
  }
}

extension ProviderDescription {
  fileprivate static let tiny = ProviderDescription(
    id: "tiny", title: "Tiny", scope: "person", meaning: ["read your name"],
    endpoints: ProviderEndpoints(
      authorize: "https://tiny.example/sign-in", token: "https://tiny.example/token",
      api: "https://tiny.example/api"),
    make: { Tiny(connection: ProviderConnection("tiny", $0, $1)) })
}

private struct Tiny: IdentityProvider {
  let connection: ProviderConnection

  func authorizeURL(_ request: ProviderRequest) async throws(ProviderError) -> String {
    connection.authorizeURL("https://tiny.example/sign-in", for: request, [])
  }

  func exchange(
    _ code: Secret, of _: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderTokens {
    try await connection.tokens(
      .form([("code", code.exposed)]), at: "https://tiny.example/token", for: client)
  }

  func profile(
    _ tokens: ProviderTokens, of _: ProviderRequest, for client: Client
  ) async throws(ProviderError) -> ProviderUser {
    let person = try await connection.json(
      "https://tiny.example/api/person", tokens, for: client
    ).object
    return try connection.user(
      id: person?["id"]?.string, name: person?["name"]?.string, email: person?.verifiedEmail)
  }
}
