import Support
import Testing

@testable import HTTPClient

struct AddressPolicyTests {
  /// Each network that is not public, with its first and last address (RFC 6890).
  @Test(arguments: [
    ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"), ("127.0.0.0", "127.255.255.255"),
    ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"), ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"), ("::ffff:10.0.0.0", "::ffff:10.255.255.255"),
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"),
    ("::1", "::8.8.8.8"),
    ("64:ff9b::", "64:ff9b::8.8.8.8"), ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:808:808"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "5f00::1"), ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fe80::", "fec0::1"), ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
  ])
  func publicOnlyRefuses(_ first: String, _ last: String) throws {
    for text in [first, last] {
      let address = try #require(IPAddress(text))
      #expect(!AddressPolicy.publicOnly.allows(address, allowsLoopback: false), "\(text)")
    }
  }

  /// The addresses beside those networks.
  @Test(arguments: [
    "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0",
    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
    "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8",
    "2000::", "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::",
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "2606:4700::1111",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::",
  ])
  func bothAllow(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(AddressPolicy.publicOnly.allows(address, allowsLoopback: false))
    #expect(AddressPolicy.trusted.allows(address, allowsLoopback: false))
  }

  @Test(arguments: [
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd00::1", "192.0.2.1",
    "::ffff:10.0.0.1",
  ])
  func trustedAllowsPrivateAddresses(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(AddressPolicy.trusted.allows(address, allowsLoopback: false))
  }

  @Test(arguments: [
    "0.0.0.0", "0.255.255.255", "169.254.169.254", "169.254.0.0", "169.254.255.255", "224.0.0.0",
    "239.255.255.255", "255.255.255.255", "::", "::169.254.169.254", "64:ff9b::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "fe80::1",
    "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff02::1", "::ffff:169.254.169.254", "::ffff:0:0",
  ])
  func trustedRefuses(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(!AddressPolicy.trusted.allows(address, allowsLoopback: true))
  }

  @Test(arguments: ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"])
  func aSettingAllowsLoopback(_ text: String) throws {
    let address = try #require(IPAddress(text))
    for policy in [AddressPolicy.trusted, .publicOnly] {
      #expect(policy.allows(address, allowsLoopback: true))
      #expect(!policy.allows(address, allowsLoopback: false))
    }
  }
}
