import Support
import Testing

@testable import OAuth

struct RedirectURITests {
  @Test(arguments: [
    ("https://client.example/cb", "client.example", false),
    ("https://client.example", "client.example", false),
    ("https://client.example:8443/cb?a=b&c", "client.example", false),
    ("https://Client.Example/cb", "client.example", false),
    ("https://client.example/a%20b/..c/.d", "client.example", false),
    ("https://client.example/?next=../x", "client.example", false),
    ("https://192.0.2.1/cb", "192.0.2.1", false), ("http://127.0.0.1/cb", "127.0.0.1", true),
    ("http://127.0.0.1:33418", "127.0.0.1", true), ("http://[::1]:1/cb", "[::1]", true),
    ("http://localhost:65535/cb", "localhost", true), ("https://localhost/cb", "localhost", true),
  ])
  func registers(_ text: String, _ host: String, _ isLoopback: Bool) throws {
    let uri = try #require(RedirectURI(registering: text))
    #expect(uri.text == text)
    #expect(uri.host == host)
    #expect(uri.isLoopback == isLoopback)
  }

  /// OAuth 2.1 §2.3, RFC 8252 §7.3
  /// ATTACKS O70
  @Test(arguments: [
    ("empty", ""), ("relative", "/cb"), ("without a scheme", "//client.example/cb"),
    ("javascript", "javascript:alert(1)"),
    ("javascript with slashes", "javascript://a/%0aalert(1)"),
    ("data", "data:text/html,a"), ("private scheme", "cursor://anysphere/cb"),
    ("reverse domain name", "com.example.app:/cb"), ("file", "file:///etc/passwd"),
    ("http", "http://client.example/cb"), ("http, private address", "http://10.0.0.1/cb"),
    ("loopback prefix", "http://localhost.evil.example/cb"),
    ("loopback suffix", "http://evil-localhost/cb"),
    ("loopback with a dot", "http://localhost./cb"),
    ("another loopback address", "http://127.0.0.2/cb"), ("short loopback", "http://127.1/cb"),
    ("decimal loopback", "http://2130706433/cb"), ("long loopback", "http://[0:0:0:0:0:0:0:1]/cb"),
    ("mapped loopback", "http://[::ffff:127.0.0.1]/cb"), ("any address", "http://0.0.0.0/cb"),
    ("upper case loopback", "http://LOCALHOST/cb"), ("upper case scheme", "HTTPS://client.example"),
    ("userinfo", "https://client.example@evil.example/cb"),
    ("user and password", "https://a:b@client.example/cb"),
    ("userinfo of loopback", "http://localhost@evil.example/cb"),
    ("fragment", "https://client.example/cb#a"), ("empty fragment", "https://client.example/cb#"),
    ("path traversal", "https://client.example/cb/../x"),
    ("path traversal at the end", "https://client.example/cb/.."),
    ("single dot", "https://client.example/./cb"),
    ("encoded dots", "https://client.example/cb/%2e%2E/x"),
    ("half encoded dots", "https://client.example/cb/.%2e/x"),
    ("encoded slashes", "https://client.example/cb%2F..%2fx"),
    ("encoded backslash", "https://client.example/cb%5C..%5cx"),
    ("backslash", "https://client.example\\@evil.example/cb"),
    ("broken encoding", "https://client.example/%zz"), ("space", "https://client.example/a b"),
    ("line break", "https://client.example/\r\nSet-Cookie:a"), ("NUL", "https://client.example/\0"),
    ("not ASCII", "https://cli\u{e9}nt.example/cb"),
    ("two", "https://a.example/ https://b.example/"),
    ("without a host", "https:///cb"), ("port 0", "https://client.example:0/cb"),
    ("port too high", "http://127.0.0.1:65536/cb"), ("empty port", "http://127.0.0.1:/cb"),
  ])
  func refusesToRegister(_ name: String, _ text: String) {
    #expect(RedirectURI(registering: text) == nil)
  }

  @Test func aURIHasALimit() {
    let longest = "https://a/" + String(repeating: "b", count: 2038)
    #expect(RedirectURI(registering: longest) != nil)
    #expect(RedirectURI(registering: longest + "b") == nil)
  }

  private static let web = "https://client.example/cb"
  private static let native = "http://127.0.0.1:5000/cb?a=b"

  /// RFC 8252 §7.3: the port may differ or be absent, on either side.
  @Test(arguments: [
    (native, native), (native, "http://127.0.0.1:6000/cb?a=b"), (native, "http://127.0.0.1/cb?a=b"),
    ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb"), ("http://[::1]:1/cb", "http://[::1]:2/cb"),
    ("http://localhost/cb", "http://localhost:3000/cb"), ("http://[::1]", "http://[::1]:2"),
  ])
  func thePortOfANativeClientMayDiffer(_ registered: String, _ requested: String) throws {
    let uri = try #require(RedirectURI(registering: registered))
    #expect(uri.matches(requested: requested, isPublic: true))
    #expect(uri.matches(requested: requested, isPublic: false) == (requested == registered))
  }

  static let mismatches: [(name: String, registered: String, requested: String)] = [
    ("prefix", web, "https://client.example/c"), ("suffix", web, "https://client.example/cb/x"),
    ("suffix without a slash", web, "https://client.example/cbx"),
    ("host suffix", web, "https://client.example.evil.example/cb"),
    ("host prefix", web, "https://evil-client.example/cb"),
    ("subdomain", web, "https://www.client.example/cb"),
    ("other port off loopback", web, "https://client.example:8443/cb"),
    ("default port", web, "https://client.example:443/cb"),
    ("other scheme", web, "http://client.example/cb"),
    ("path traversal", web, "https://client.example/cb/../x"),
    ("encoded path", web, "https://client.example/c%62"),
    ("query added", web, "https://client.example/cb?a=b"),
    ("empty query added", web, "https://client.example/cb?"),
    ("slash added", web, "https://client.example/cb/"),
    ("userinfo", web, "https://client.example@evil.example/cb"),
    ("fragment", web, "https://client.example/cb#a"),
    ("javascript", web, "javascript:alert(1)//https://client.example/cb"),
    ("upper case scheme", web, "HTTPS://client.example/cb"),
    ("upper case host", web, "https://CLIENT.example/cb"),
    ("upper case path", web, "https://client.example/CB"), ("two", web, web + " " + web),
    ("empty", web, ""),
    ("canonically equal", "https://client.example/\u{4b}", "https://client.example/\u{212a}"),
    ("loopback, other host", native, "http://localhost:5000/cb?a=b"),
    ("loopback, other address", native, "http://[::1]:5000/cb?a=b"),
    ("loopback, other path", native, "http://127.0.0.1:6000/x?a=b"),
    ("loopback, other query", native, "http://127.0.0.1:6000/cb?a=c"),
    ("loopback, no query", native, "http://127.0.0.1:6000/cb"),
    ("loopback, https", native, "https://127.0.0.1:6000/cb?a=b"),
    ("loopback, fragment", native, "http://127.0.0.1:6000/cb?a=b#c"),
    ("loopback, userinfo", native, "http://127.0.0.1:6000@evil.example/cb?a=b"),
    ("loopback, host suffix", native, "http://127.0.0.1.evil.example:5000/cb?a=b"),
    ("loopback, upper case", "http://localhost/cb", "http://LOCALHOST:1/cb"),
    ("loopback, upper case scheme", native, "HTTP://127.0.0.1:6000/cb?a=b"),
    ("loopback, empty port", native, "http://127.0.0.1:/cb?a=b"),
    ("loopback, port too high", native, "http://127.0.0.1:65536/cb?a=b"),
    ("https loopback, other port", "https://localhost/cb", "https://localhost:1/cb"),
    ("https loopback over http", "https://localhost/cb", "http://localhost:1/cb"),
  ]

  /// OAuth 2.1 §2.3.1, RFC 9700 §4.1.3
  /// ATTACKS O70
  @Test(arguments: mismatches.indices)
  func anotherURIDoesNotMatch(_ index: Int) throws {
    let (name, registered, requested) = Self.mismatches[index]
    let uri = try #require(RedirectURI(registering: registered))
    for isPublic in [true, false] {
      #expect(!uri.matches(requested: requested, isPublic: isPublic), "\(name)")
    }
  }
}
