import Support
import Testing

@testable import HTTPTransport

struct TrustedProxiesTests {
  struct Walk: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let peer: String
    let lines: [String]
    let client: String

    init(_ name: String, _ peer: String, _ lines: [String], _ client: String) {
      (testDescription, self.peer, self.lines, self.client) = (name, peer, lines, client)
    }
  }

  /// ASVS 15.3.4; 10/8 and 2001:db8::/32 are trusted.
  @Test(arguments: [
    Walk("R1 a stranger's word", "9.9.9.9", ["1.1.1.1"], "9.9.9.9"),
    Walk("R2 spoof, real", "10.0.0.1", ["1.1.1.1, 2.2.2.2"], "2.2.2.2"),
    Walk("two lines", "10.0.0.1", ["1.1.1.1", "2.2.2.2"], "2.2.2.2"),
    Walk("two proxies", "10.0.0.1", ["1.1.1.1, 2.2.2.2, 10.0.0.2"], "2.2.2.2"),
    Walk("proxies over two lines", "10.0.0.1", ["2.2.2.2", "10.0.0.2"], "2.2.2.2"),
    Walk("only proxies", "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    Walk("nothing", "10.0.0.1", [], "10.0.0.1"),
    Walk("empty", "10.0.0.1", ["1.1.1.1, "], "10.0.0.1"),
    Walk("no address", "10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2"),
    Walk("port", "10.0.0.1", ["2.2.2.2:80"], "2.2.2.2"),
    Walk("bare IPv6", "10.0.0.1", ["2002::1"], "2002::1"),
    Walk("brackets", "10.0.0.1", ["[2002::1]"], "2002::1"),
    Walk("brackets and port", "2001:db8::1", ["\t[2002::1]:443 "], "2002::1"),
    Walk("bad port", "10.0.0.1", ["2.2.2.2:99999"], "10.0.0.1"),
    // A Character may contain a separator and the text before it. A byte cannot.
    Walk("H34 U+0600 before the comma", "10.0.0.1", ["1.1.1.1\u{600}, 2.2.2.2"], "2.2.2.2"),
    Walk("H34 U+0600 before a comma alone", "10.0.0.1", ["\u{600},2.2.2.2"], "2.2.2.2"),
    Walk("H34 a joiner behind the comma", "10.0.0.1", ["1.1.1.1,\u{200d}, 2.2.2.2"], "2.2.2.2"),
    Walk("H34 a mark on the comma", "10.0.0.1", ["1.1.1.1,\u{301}2.2.2.2"], "10.0.0.1"),
    Walk("H34 a mark on the colon", "10.0.0.1", ["2.2.2.2:\u{301}80"], "10.0.0.1"),
    Walk("H34 a mark on the bracket", "10.0.0.1", ["[2002::1]\u{301}"], "10.0.0.1"),
    Walk("H34 U+0600 in brackets", "10.0.0.1", ["[2002::1\u{600}]"], "10.0.0.1"),
    Walk("port 65536", "10.0.0.1", ["2.2.2.2:65536"], "10.0.0.1"),
    Walk("brackets around IPv4", "10.0.0.1", ["[2.2.2.2]"], "10.0.0.1"),
    Walk("brackets without end", "10.0.0.1", ["[2002::1"], "10.0.0.1"),
    Walk("text after brackets", "10.0.0.1", ["[2002::1]x"], "10.0.0.1"),
  ])
  func walksFromTheRight(_ walk: Walk) throws {
    let proxies = TrustedProxies(["10.0.0.0/8", "2001:db8::/32"].compactMap { IPNetwork($0) })
    let client = proxies.client(
      peer: try #require(IPAddress(walk.peer)), forwardedFor: walk.lines)
    #expect(client.description == walk.client)
  }
}
