import HTTPTransport
import TestHarness
import Testing

@testable import MCPServiceHTTP

/// The allowed host names, for each path. H25, H26 and H34 are also rows of the attack table.
struct AllowedHostsTests {
  /// RFC 3986 §3.2.2: the host before the port, in lower case, ASCII only.
  @Test(
    arguments: [
      ("localhost", "localhost"), ("LocalHost:8080", "localhost"), ("localhost:", "localhost"),
      ("10.0.0.5:80", "10.0.0.5"), ("[::1]", "[::1]"), ("[::1]:8080", "[::1]"),
      ("[FE80::1]:1", "[fe80::1]"), ("a_b-c.example", "a_b-c.example"), ("", nil), (":80", nil),
      ("localhost:80x", nil), ("localhost:123456", nil), ("localhost:65535", "localhost"),
      ("localhost:65536", nil), ("localhost:99999", nil), ("localhost:00080", "localhost"),
      ("localhost:-1", nil), ("a:b:80", nil),
      ("::1", nil), ("user@localhost", nil), ("localhost/", nil), ("local host", nil),
      ("localhost,evil.example", nil), ("localhost\u{301}", nil), ("\u{1F1E9}\u{1F1EA}", nil),
      ("loca\u{200D}lhost", nil), ("localhost:8\u{FE0F}0", nil), ("\u{212A}", nil), ("%6c", nil),
    ] as [(String, String?)])
  func namesAreReadAsBytes(_ authority: String, _ expected: String?) {
    #expect(AllowedHosts.name(authority.utf8) == expected)
  }

  /// H34: only a bounded number of bytes of a name is examined.
  @Test(arguments: ["a", "\u{1F1E9}", "e\u{301}", "\u{600}", ":"])
  func longNamesAreNotLookedAt(_ unit: String) {
    let reads = Counter()
    let name = CountedBytes(bytes: Array(String(repeating: unit, count: 4000).utf8), reads: reads)
    #expect(AllowedHosts.name(name) == nil)
    #expect(reads.count == 0)
  }

  /// A probe uses an IP address as host name. Other paths accept only allowed names.
  @Test(arguments: [
    // The path, the name, the status.
    ("/healthz", "evil.example", 200), ("/healthz", "10.1.2.3:8080", 200), ("/healthz", "", 200),
    ("/healthz", "calc.example", 200), ("/metrics", "calc.example", 200),
    ("/metrics", "10.1.2.3:9090", 200), ("/metrics", "[2001:db8::1]:80", 200),
    ("/metrics", "0.0.0.0", 200), ("/metrics", "evil.example", 403), ("/metrics", "", 403),
    ("/metrics", "10.1.2.3.example", 403), ("/metrics", "10.1.2", 403),
    ("/metrics", "2130706433", 403), ("/metrics", "0x7f000001", 403),
    ("/metrics", "[1.2.3.4]", 403),
    ("/metrics", "[2001:db8::1", 403), ("/metrics", "[]", 403), ("/", "10.1.2.3", 403),
    ("/", "calc.example", 200), ("/none", "evil.example", 403), ("/none", "localhost", 404),
  ])
  func whatAProbeMayCallBy(_ path: String, _ host: String, _ status: Int) throws {
    let harness = try HTTPHarness([
      "CALCULATOR_METRICS": "true", "CALCULATOR_ALLOWED_HOSTS": "calc.example",
    ])
    #expect(harness.send("GET", path, fields: [("Host", host)]).status == status)
    let call = harness.send(fields: HTTPPipelineTests.with(["Host": host]))
    #expect(call.status == (host == "calc.example" || host == "localhost" ? 400 : 403))
  }

  /// HTTP/1.0 has no Host (RFC 9112 §3.2). A probe of HAProxy uses this version.
  @Test func aProbeWithoutAHost() throws {
    #expect(try HTTPHarness().send("GET", "/healthz", fields: []).status == 200)
    #expect(try HTTPHarness().send("GET", "/", fields: []).status == 403)
  }

  /// The log contains the refused name, cut and escaped (ASVS 16.4.1), and the setting that would
  /// allow it.
  @Test(arguments: [
    (
      "POST", [("Host", "evil.example")],
      #""reason":403,"host":"evil.example","setting":"CALCULATOR_ALLOWED_HOSTS"}"#
    ),
    (
      "POST", [("Host", "localhost"), ("Origin", "https://evil.example")],
      #""reason":403,"origin":"https://evil.example","setting":"CALCULATOR_ALLOWED_ORIGINS"}"#
    ),
    (
      "POST", [("Host", "localhost"), ("Origin", "a\"\u{1F1E9}\u{202E}")],
      #""origin":"a\"\ud83c\udde9\u202e","setting""#
    ),
    (
      "POST", [("Host", "localhost"), ("Origin", "null"), ("Origin", "x")],
      #""origin":"null, x","setting""#
    ),
    (
      "POST", [("Host", "localhost"), ("Origin", String(repeating: "a", count: 4000))],
      #""origin":"\#(String(repeating: "a", count: 128))","setting""#
    ),
    // Cut inside a character: the rest is not the character.
    (
      "POST", [("Host", "localhost"), ("Origin", "a" + String(repeating: "é", count: 100))],
      #"\u00e9\ufffd","setting""#
    ),
    // The preflight request of a page that may send requests but read no response.
    (
      "OPTIONS", [("Host", "localhost"), ("Origin", "http://localhost:6274")],
      #""reason":405,"origin":"http://localhost:6274","setting":"CALCULATOR_ALLOWED_ORIGINS"}"#
    ),
    ("OPTIONS", [("Host", "localhost")], #""reason":405}"#),
    (
      "GET", [("Host", "localhost"), ("Origin", "http://localhost:6274")], #""reason":405}"#
    ),
  ])
  func theLogSaysWhichSettingHelps(_ method: String, _ fields: [(String, String)], _ log: String)
    throws
  {
    let harness = try HTTPHarness()
    _ = harness.send(method, fields: fields)
    let lines = harness.takeLog()
    #expect(lines.count == 1)
    #expect(lines[0].contains(log), "\(lines)")
    #expect(lines[0].utf8.count < 1500)
  }
}

private final class Counter {
  var count = 0
}

/// Counts how often its bytes are read.
private struct CountedBytes: RandomAccessCollection {
  let bytes: [UInt8]
  let reads: Counter
  var startIndex: Int { bytes.startIndex }
  var endIndex: Int { bytes.endIndex }
  subscript(index: Int) -> UInt8 {
    reads.count += 1
    return bytes[index]
  }
}
