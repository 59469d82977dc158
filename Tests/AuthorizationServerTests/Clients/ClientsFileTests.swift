import Auth
import AuthorizationServer
import Crypto
import OAuth
import Support
import Testing

struct ClientsFileTests {
  private static func read(_ text: String) throws(SettingsFileError) -> [OAuthClient] {
    try ClientsFile(file: Array(text.utf8), scopes: ["calculate:basic", "calculate:advanced"])
      .clients
  }

  private static let uris = #""redirect_uris":["https://app.example/callback"]"#
  private static let secret = "0123456789abcdef"

  /// A file with one client: these members, and the others that it needs.
  private static func file(_ members: String) -> String {
    #"{"clients":[\#n{"client_id":"app","name":"App",\#(uris)\#(members)}]}"#
  }

  @Test func aFileHasClients() throws {
    let digest = SHA256Digest(of: Self.secret.utf8)
    let clients = try Self.read(
      """
      {"clients": [
        {"client_id": "app", "name": "The app",
         "redirect_uris": ["https://app.example/callback", "http://127.0.0.1/"]},
        {"client_id": "reports", "name": "Reports", "client_secret": "\(Self.secret)",
         "redirect_uris": ["https://reports.example/"], "grant_types": ["authorization_code"],
         "scopes": ["calculate:basic"]},
        {"client_id": "hashed", "name": "Hashed", "redirect_uris": ["https://hashed.example/"],
         "client_secret_sha256": "\(digest.hexadecimal)",
         "grant_types": ["refresh_token", "authorization_code"]}
      ]}
      """)
    #expect(clients.map(\.id) == ["app", "reports", "hashed"])
    #expect(clients.map(\.name) == ["The app", "Reports", "Hashed"])
    #expect(
      clients.map { $0.redirectURIs.map(\.text) } == [
        ["https://app.example/callback", "http://127.0.0.1/"], ["https://reports.example/"],
        ["https://hashed.example/"],
      ])
    #expect(
      clients.map(\.grantTypes) == [
        [.authorizationCode, .refreshToken], [.authorizationCode],
        [.authorizationCode, .refreshToken],
      ])
    #expect(clients.map(\.scopes) == [nil, ["calculate:basic"], nil])
    #expect(clients.map { $0.secret?.bytes } == [nil, digest.bytes, digest.bytes])
    let credentials = ClientCredentials.post(clientID: "reports", Secret(Self.secret))
    #expect(clients[1].accepts(credentials))
  }

  @Test func aFileMayHaveNoClients() throws {
    #expect(try Self.read(#"{"clients":[]}"#).isEmpty)
  }

  private static let form = "the file must be an object with the array \"clients\" alone"
  private static let name =
    #""name" of client 1 must be 1 to 128 bytes of visible characters, without spaces around them"#
  private static let uri = """
    "redirect_uris" of client 1 has at position 2 no absolute URI of https, or of http with a \
    loopback host, without user, fragment and dot segments
    """
  private static let grants =
    #""grant_types" of client 1 must be authorization_code, and may also have refresh_token"#
  private static let scopes =
    #""scopes" of client 1 must have one or more of calculate:basic, calculate:advanced"#
  private static let id = #""client_id" of client 1 must be 1 to 256 visible ASCII characters"#

  private static func withID(_ id: String) -> String {
    #"{"clients":[{"client_id":\#(id),"name":"App",\#(uris)}]}"#
  }

  private static func withName(_ name: String) -> String {
    #"{"clients":[{"client_id":"app","name":\#(name),\#(uris)}]}"#
  }

  private static func withURIs(_ uris: String) -> String {
    #"{"clients":[{"client_id":"app","name":"App","redirect_uris":\#(uris)}]}"#
  }

  static let refused: [(String, String, Int, String)] = [
    // The file
    ("not JSON", "clients", 1, "this is no JSON"),
    ("an array", "[]", 1, form), ("no clients", "{}", 1, form),
    ("a member beside", #"{"clients":[],"more":1}"#, 1, form),
    ("clients that are no array", #"{"clients":{}}"#, 1, form),
    ("a client that is none", "{\"clients\":[\n\n\"app\"]}", 3, "client 1 must be an object"),
    (
      "an unknown member", file(",\n\"hunter2\":1"), 3,
      """
      client 1 may have only client_id, name, client_secret, client_secret_sha256, redirect_uris, \
      grant_types, scopes
      """
    ),
    (
      "an identifier twice",
      """
      {"clients":[
      {"client_id":"app","name":"App",\(uris)},
      {"name":"App",\(uris),
      "client_id":"app"}]}
      """, 4, #""client_id" of client 2 is the one of another client"#
    ),
    // client_id
    ("no client_id", #"{"clients":[{"name":"App",\#(uris)}]}"#, 1, id),
    ("an empty client_id", withID(#""""#), 1, id), ("with a space", withID(#""a b""#), 1, id),
    ("not ASCII", withID(#""\u212Aey""#), 1, id),
    ("long", withID("\"\(String(repeating: "a", count: 257))\""), 1, id),
    ("a client_id that is no text", withID("1"), 1, #""client_id" of client 1 must be a text"#),
    ("null", withID("null"), 1, #""client_id" of client 1 must be a text"#),
    (
      "a URL", withID(#""https://app.example/client.json""#), 1,
      #""client_id" of client 1 must not be a URL"#
    ),
    (
      "a URL in capitals", withID(#""HTTPS://app.example""#), 1,
      #""client_id" of client 1 must not be a URL"#
    ),
    (
      "the prefix of registered clients", withID(#""dyn-app""#), 1,
      #""client_id" of client 1 must not begin with dyn-, as registered clients do"#
    ),
    // name
    ("no name", #"{"clients":[{"client_id":"app",\#(uris)}]}"#, 1, name),
    ("an empty name", withName(#""""#), 1, name), ("spaces around", withName(#"" App""#), 1, name),
    ("an invisible character", withName(#""Ap\u202Ep""#), 1, name),
    ("a long name", withName("\"\(String(repeating: "a", count: 129))\""), 1, name),
    // redirect_uris
    (
      "no redirect_uris", #"{"clients":[{"client_id":"app","name":"App"}]}"#, 1,
      #""redirect_uris" of client 1 must have 1 to 16 URIs"#
    ),
    ("none", withURIs("[]"), 1, #""redirect_uris" of client 1 must have 1 to 16 URIs"#),
    (
      "17",
      withURIs("[\(Array(repeating: "\"https://a.example/\"", count: 17).joined(separator: ","))]"),
      1, #""redirect_uris" of client 1 must have 1 to 16 URIs"#
    ),
    (
      "a text", withURIs(#""https://a.example/""#), 1,
      #""redirect_uris" of client 1 must be an array of texts"#
    ),
    (
      "a number in it", withURIs(#"["https://a.example/",1]"#), 1,
      #""redirect_uris" of client 1 must be an array of texts"#
    ),
    ("http", withURIs(#"["https://a.example/","http://a.example/"]"#), 1, uri),
    ("a scheme of its own", withURIs(#"["https://a.example/","app://x"]"#), 1, uri),
    ("a fragment", withURIs(#"["https://a.example/","https://a.example/#x"]"#), 1, uri),
    // Both lists
    ("an unknown grant", file(#","grant_types":["authorization_code","password"]"#), 2, grants),
    ("no grant", file(#","grant_types":[]"#), 2, grants),
    ("refresh tokens alone", file(#","grant_types":["refresh_token"]"#), 2, grants),
    ("an unknown scope", file(#","scopes":["calculate:basic","calculate:all"]"#), 2, scopes),
    ("no scope", file(#","scopes":[]"#), 2, scopes),
    (
      "a text of scopes", file(#","scopes":"calculate:basic""#), 2,
      #""scopes" of client 1 must be an array of texts"#
    ),
    // O95
    (
      "both secrets",
      file(
        #","client_secret":"\#(secret)","client_secret_sha256":"\#(String(repeating: "0", count: 64))""#
      ), 2, #""client_secret_sha256" of client 1 must not stand beside client_secret"#
    ),
    (
      "a short secret", file(#","client_secret":"0123456789abcde""#), 2,
      #""client_secret" of client 1 has less than 16 bytes"#
    ),
    (
      "an empty secret", file(#","client_secret":"""#), 2,
      #""client_secret" of client 1 has less than 16 bytes"#
    ),
    (
      "no secret", file(#","client_secret":null"#), 2,
      #""client_secret" of client 1 must be a text"#
    ),
    (
      "a placeholder", file(#","client_secret":"replace-with-the-output-of-openssl""#), 2,
      #""client_secret" of client 1 is a placeholder"#
    ),
    (
      "a reference that was not expanded", file(#","client_secret":"${REPORTS_CLIENT_SECRET}""#), 2,
      #""client_secret" of client 1 is a placeholder"#
    ),
    (
      "one character", file(#","client_secret":"aaaaaaaaaaaaaaaaaaaa""#), 2,
      #""client_secret" of client 1 is a placeholder"#
    ),
    (
      "a line end", file(#","client_secret":"0123456789abcdef\n""#), 2,
      #""client_secret" of client 1 has a control character, such as a line end"#
    ),
    (
      "a short digest", file(#","client_secret_sha256":"0123456789abcdef""#), 2,
      #""client_secret_sha256" of client 1 must be 64 hexadecimal digits"#
    ),
    (
      "a digest of other characters",
      file(#","client_secret_sha256":"\#(String(repeating: "g", count: 64))""#), 2,
      #""client_secret_sha256" of client 1 must be 64 hexadecimal digits"#
    ),
  ]

  /// ATTACKS O95
  @Test(arguments: refused)
  func refuses(_ row: (name: String, text: String, line: Int, reason: String)) {
    #expect(throws: SettingsFileError(line: row.line, reason: row.reason)) {
      try Self.read(row.text)
    }
  }

  @Test func aFileHasALimit() throws {
    func clients(_ count: Int) -> String {
      let all = (0..<count).map { #"{"client_id":"\#($0)","name":"App",\#(Self.uris)}"# }
      return "{\"clients\":[\(all.joined(separator: ","))]}"
    }
    #expect(try Self.read(clients(1000)).count == 1000)
    #expect(throws: SettingsFileError(line: 1, reason: "the file has more than 1000 clients")) {
      try Self.read(clients(1001))
    }
    let space = String(repeating: " ", count: ClientsFile.maximumLength)
    #expect(throws: SettingsFileError(line: 1, reason: "the file has more than 1 MiB")) {
      try Self.read(space + #"{"clients":[]}"#)
    }
  }
}
