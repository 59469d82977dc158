import Testing

@testable import Support

struct AddressTests {
  /// RFC 5952 §4, RFC 4291 §2.2
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("::FFFF:102:304", "1.2.3.4"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("0:0:0:1:0:0:0:0", "0:0:0:1::"),
    ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ])
  func reads(_ text: String, _ canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test(arguments: [
    "", " ", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.", "1.2.3.+4", "0x1.2.3.4",
    "1.2.3.4 ", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::",
    "1.2.3.4\u{600}", "\u{600}1.2.3.4", "1.2.3\u{301}.4", "\u{661}.2.3.4", "::1\u{301}",
    "1:\u{301}:2", "\u{1f1e6}\u{1f1e7}", "0000.0.0.1", "1.2.3.999",
    "1111:2222:3333:4444:5555:6666:255.255.255.2555", "12345::", ":1::", "1::2:", "g::", "::1%lo",
    "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "+1::",
  ])
  func refuses(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test(arguments: [
    ("127.255.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
    ("::2", false), ("::7f00:1", false),
  ])
  func knowsLoopback(_ text: String, _ isLoopback: Bool) {
    #expect(IPAddress(text)?.isLoopback == isLoopback)
  }

  /// R3
  @Test func oneCustomerHasOnePrefix() {
    #expect(
      IPAddress("2001:db8::1")?.rateLimitPrefix == IPAddress("2001:db8::2:1")?.rateLimitPrefix)
    #expect(
      IPAddress("2001:db8::1")?.rateLimitPrefix != IPAddress("2001:db8:0:1::1")?.rateLimitPrefix)
    #expect(IPAddress("1.2.3.4")?.rateLimitPrefix != IPAddress("1.2.3.5")?.rateLimitPrefix)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("10.0.0.1", "10.0.0.1", true),
    ("10.0.0.1", "10.0.0.2", false), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false),
    ("::/0", "1.2.3.4", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
  ])
  func contains(_ network: String, _ address: String, _ isInside: Bool) throws {
    let network = try #require(IPNetwork(network))
    #expect(network.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test(arguments: [
    "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "/8", "::1/64",
    "::/129", "10.0.0.0/8/8", "", "10.0.0.0\u{600}/8", "10.0.0.0/8\u{301}", "10.0.0.0/\u{668}",
    "10.0.0.0/99999999999999999999", "10.0.0.0/008",
  ])
  func refusesNetwork(_ text: String) { #expect(IPNetwork(text) == nil) }
}
