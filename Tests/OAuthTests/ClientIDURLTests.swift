import JSON
import Support
import Testing

@testable import OAuth

/// Client ID Metadata Documents.
struct ClientIDURLTests {
  private static let url = "https://client.example/metadata.json"

  /// Draft §3
  @Test(arguments: [
    (url, "client.example"), ("https://Client.example:8443/a", "client.example"),
    ("https://client.example/a/", "client.example"),
    ("https://client.example/a?b", "client.example"),
    ("https://client.example/.a/b..", "client.example"),
  ])
  func reads(_ text: String, _ host: String) throws {
    let id = try #require(ClientIDURL(text))
    #expect(id.text == text)
    #expect(id.host == host)
  }

  /// Draft §3
  /// ATTACKS O81
  @Test(arguments: [
    ("no path", "https://client.example"), ("path /", "https://client.example/"),
    ("no path, but a query", "https://client.example?a"),
    ("path /, and a query", "https://client.example/?a=/b"),
    ("userinfo", "https://client.example@evil.example/a"), ("password", "https://a:b@c.example/a"),
    ("fragment", "https://client.example/a#b"), ("empty fragment", "https://client.example/a#"),
    ("http", "http://client.example/a"), ("http loopback", "http://localhost/a"),
    ("upper case scheme", "HTTPS://client.example/a"), ("javascript", "javascript://a/b"),
    ("single dot", "https://client.example/./a"), ("two dots", "https://client.example/a/../b"),
    ("encoded dots", "https://client.example/a/%2e%2e/b"),
    ("dots at the end", "https://a.example/b/.."),
    ("space", "https://client.example/a b"), ("not ASCII", "https://client.example/é"),
    ("not a URL", "client-1"), ("empty", ""),
  ])
  func refuses(_ name: String, _ text: String) { #expect(ClientIDURL(text) == nil) }

  @Test func aURLHasALimit() {
    let longest = "https://a/" + String(repeating: "b", count: 2038)
    #expect(ClientIDURL(longest) != nil)
    #expect(ClientIDURL(longest + "b") == nil)
  }

  private static func document(_ members: String, clientID: String? = nil) throws -> ClientMetadata
  {
    let text =
      #"{"client_id":"\#(clientID ?? url)","redirect_uris":["http://localhost/cb"]\#(members)}"#
    return try ClientMetadata(
      document: Array(text.utf8), isFor: #require(ClientIDURL(url)))
  }

  @Test(arguments: [
    "", #","token_endpoint_auth_method":"none""#, #","jwks_uri":"https://client.example/keys""#,
    #","client_secret":null"#,
  ])
  func aDocumentIsOfAPublicClient(_ members: String) throws {
    #expect(try Self.document(members).authenticationMethod == .none)
  }

  static let refusedMembers: [(name: String, members: String, error: ClientMetadataError)] = [
    ("shared secret", #","client_secret":"a""#, .secretInDocument),
    ("expiry of a secret", #","client_secret_expires_at":0"#, .secretInDocument),
    ("keys", #","jwks":{"keys":[{"kty":"oct","k":"YQ"}]}"#, .secretInDocument),
    ("Basic", #","token_endpoint_auth_method":"client_secret_basic""#, .unsupportedMethod),
    ("post", #","token_endpoint_auth_method":"client_secret_post""#, .unsupportedMethod),
    ("secret JWT", #","token_endpoint_auth_method":"client_secret_jwt""#, .unsupportedMethod),
    ("private key", #","token_endpoint_auth_method":"private_key_jwt""#, .unsupportedMethod),
    ("client_id twice", #","client_id":"https://evil.example/a""#, .notAnObject),
    ("not JSON", ",", .notAnObject),
  ]

  /// Draft §4.1
  /// ATTACKS O81
  @Test(arguments: refusedMembers.indices)
  func refusesADocument(_ index: Int) {
    let (name, members, error) = Self.refusedMembers[index]
    #expect(throws: error, "\(name)") { try Self.document(members) }
  }

  /// Draft §4.1, RFC 3986 §6.2.1
  /// ATTACKS O81
  @Test(arguments: [
    "https://evil.example/metadata.json", "https://CLIENT.example/metadata.json", url + "/",
    "https://client.example:443/metadata.json", "https://client.example/%6detadata.json", "",
  ])
  func theDocumentOfAnotherClientIsRefused(_ clientID: String) {
    #expect(throws: ClientMetadataError.wrongClientID) { try Self.document("", clientID: clientID) }
  }

  @Test(
    arguments: [
      ("[]", .notAnObject), ("<html>", .notAnObject), ("", .notAnObject), ("{}", .wrongClientID),
      (#"{"client_id":1}"#, .wrongClientID),
    ] as [(String, ClientMetadataError)])
  func refusesWhatIsNoDocument(_ text: String, _ error: ClientMetadataError) throws {
    let id = try #require(ClientIDURL(Self.url))
    #expect(throws: error) { try ClientMetadata(document: Array(text.utf8), isFor: id) }
  }

  @Test func aDocumentHasALimit() throws {
    let id = try #require(ClientIDURL(Self.url))
    let start = #"{"client_id":"\#(Self.url)","redirect_uris":["https://a.example/"]}"#
    let longest = Array(start.utf8) + [UInt8](repeating: 0x20, count: 5120 - start.utf8.count)
    #expect(throws: Never.self) { try ClientMetadata(document: longest, isFor: id) }
    #expect(throws: ClientMetadataError.tooLong) {
      try ClientMetadata(document: longest + [0x20], isFor: id)
    }
  }
}
