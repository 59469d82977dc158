import Support
import Testing

struct OriginTests {
  @Test(arguments: [
    ("https://a.example", "a.example", 443), ("HTTPS://A.Example/B", "a.example", 443),
    ("https://a.example:443/", "a.example", 443),
    ("https://a.example:8443?b=@c", "a.example", 8443),
    ("http://a.example/b@c:d", "a.example", 80), ("https://[2001:DB8::1]:1/", "[2001:db8::1]", 1),
    ("https://127.1", "127.1", 443),
  ])
  func reads(_ url: String, _ host: String, _ port: Int) throws {
    let origin = try #require(Origin(of: url))
    #expect(origin.host == host)
    #expect(origin.port == port)
  }

  @Test(arguments: [
    ("https://a.example", ""), ("HTTPS://A.Example/B?c=/d", "/B?c=/d"), ("https://a:1?b", "?b"),
    ("http://[::1]:8080/b//c", "/b//c"),
  ])
  func keepsThePathAndTheQuery(_ url: String, _ target: String) throws {
    let parts = try #require(Origin.split(url))
    #expect(parts.origin == Origin(of: url))
    #expect(parts.target.elementsEqual(target.utf8))
  }

  /// O41
  @Test(arguments: [
    "", "https:", "https:/a", "https:a", "https://", "https:///a", "//a", "a", "/a", "ftp://a",
    "file:///etc/passwd", "gopher://a", "https+unix://a", "https://user@a", "https://user:pass@a",
    "https://a:b@c/", "https://@a", "https://a@", "https://a#b", "https://a/#", "https://a b",
    "https://a/\t", "https://a/\r\nX: b", "https://a\u{0}", "https://a\u{7f}", " https://a",
    "https://\u{e4}", "https://a/\u{301}", "https://a\\@b", "https://a/\\b", "https://a:",
    "https://a:0", "https://a:65536", "https://a:99999999999999999999", "https://a:+1",
    "https://a:1:2", "https://a%2eb", "https://a,b", "https://[::1", "https://[1.2.3.4]",
    "https://[::1]a", "https://[fe80::1%25eth0]", "https://[v1.a]", "https://::1",
    "https://a/<b>", "https://a/{b}", "https://a/|", "https://a/^", "https://a/`", "https://a/\"",
  ])
  func refuses(_ url: String) { #expect(Origin(of: url) == nil) }

  @Test func aURLHasALimit() {
    let longest = "https://a/" + String(repeating: "b", count: 2038)
    #expect(Origin(of: longest) != nil)
    #expect(Origin(of: longest + "b") == nil)
  }

  @Test(arguments: [
    ("http://proxy.example:3128", true), ("https://proxy.example", true),
    ("http://127.0.0.1:3128", true), ("proxy.example:3128", false),
    ("http://proxy.example:3128/", false), ("http://user:secret@proxy.example", false),
    ("http://proxy.example?a", false), ("socks5://proxy.example", false), ("", false),
  ])
  func aProxyIsAnOriginAlone(_ url: String, _ isProxy: Bool) {
    #expect((Origin(ofProxy: url) != nil) == isProxy)
  }
}
