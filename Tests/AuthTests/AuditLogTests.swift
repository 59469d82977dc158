import TestSupport
import Support
import JSON
import Synchronization
import Testing

@testable import Auth

struct AuditLogTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let event: AuditEvent
    let line: String
  }

  static let identity = Identity(
    subject: "key-1", method: .apiKey, permissions: Role.basic.permissions)

  @Test(arguments: [
    Row(
      testDescription: "accepted",
      event: AuditEvent(request: 7, tool: "add", outcome: .accepted(identity)),
      line: #""request":7,"tool":"add","method":"api_key","subject":"key-1","outcome":"accepted"}"#),
    Row(
      testDescription: "unauthenticated",
      event: AuditEvent(request: "a", tool: "add", outcome: .unauthenticated(.unknownKey)),
      line: #""request":"a","tool":"add","outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "forbidden",
      event: AuditEvent(
        request: 7, tool: "power", outcome: .forbidden(identity, .calculateAdvanced)),
      line: #""request":7,"tool":"power","method":"api_key","subject":"key-1","#
        + #""outcome":"forbidden","reason":"needs calculate:advanced"}"#),
    Row(
      testDescription: "controls in the identifier (ASVS 16.4.1)",
      event: AuditEvent(request: "\u{1B}[J\n\u{9B}é", tool: "add", outcome: .accepted(identity)),
      line: #""request":"\u001b[J\u000a\u009b\u00e9","tool":"add","method":"api_key","#
        + #""subject":"key-1","outcome":"accepted"}"#),
    Row(
      testDescription: "a long identifier, which may be a key in the wrong place (S9)",
      event: AuditEvent(
        request: "0123456789abcdef", tool: "add", outcome: .accepted(identity)),
      line: #""request":"01234567...","tool":"add","method":"api_key","subject":"key-1","#
        + #""outcome":"accepted"}"#),
    Row(
      testDescription: "an identifier that was made to flood the log",
      event: AuditEvent(
        request: .string(String(repeating: "x", count: 1 << 20)), tool: nil,
        outcome: .rejected(nil, code: -32600)),
      line: #""request":"xxxxxxxx...","tool":null,"outcome":"rejected","reason":-32600}"#),
    // S18, ASVS 16.2.5: a long identifier is cut at the end of a code point.
    Row(
      testDescription: "combining marks, which are one character however many (S18)",
      event: AuditEvent(
        request: .string("e" + String(repeating: "\u{301}", count: 100_000)), tool: "add",
        outcome: .unauthenticated(.unknownKey)),
      line: #""request":"e\u0301\u0301\u0301...","tool":"add","#
        + #""outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "a code point across the eighth byte (S18)",
      event: AuditEvent(
        request: "12345\u{1F600}\u{1F600}", tool: "add", outcome: .unauthenticated(.unknownKey)),
      line: #""request":"12345...","tool":"add","#
        + #""outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "eight bytes in two code points (S18)",
      event: AuditEvent(
        request: "\u{1F600}\u{1F600}", tool: "add", outcome: .unauthenticated(.unknownKey)),
      line: #""request":"\ud83d\ude00\ud83d\ude00","tool":"add","#
        + #""outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "the greatest number of 64 bits",
      event: AuditEvent(
        request: .number(JSONNumber(.min)), tool: "add", outcome: .unauthenticated(.unknownKey)),
      line: #""request":-9223372036854775808,"tool":"add","#
        + #""outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "a number of 6,144 digits (S18)",
      event: AuditEvent(
        request: JSONNumber(String(repeating: "7", count: 6144)).map(JSONValue.number),
        tool: "add", outcome: .unauthenticated(.unknownKey)),
      line: #""request":"77777777...","tool":"add","#
        + #""outcome":"unauthenticated","reason":"unknown_key"}"#),
    Row(
      testDescription: "an identifier that is none",
      event: AuditEvent(
        request: ["a": .string(String(repeating: "x", count: 10_000))], tool: nil,
        outcome: .rejected(nil, code: -32600)),
      line: #""request":null,"tool":null,"outcome":"rejected","reason":-32600}"#),
    Row(
      testDescription: "limited, over HTTP",
      event: AuditEvent(
        request: nil, tool: nil, outcome: .limited(identity), address: "2001:db8::1"),
      line: #""address":"2001:db8::1","request":null,"tool":null,"method":"api_key","#
        + #""subject":"key-1","outcome":"limited"}"#),
    Row(
      testDescription: "too many failures",
      event: AuditEvent(request: nil, tool: nil, outcome: .limited(nil), address: "192.0.2.1"),
      line: #""address":"192.0.2.1","request":null,"tool":null,"outcome":"limited"}"#),
    Row(
      testDescription: "somebody who sent no request",
      event: AuditEvent(
        request: nil, tool: nil, outcome: .rejected(identity, code: -32700), address: "192.0.2.1"),
      line: #""address":"192.0.2.1","request":null,"tool":null,"method":"api_key","#
        + #""subject":"key-1","outcome":"rejected","reason":-32700}"#),
    Row(
      testDescription: "what could not be read",
      event: AuditEvent(request: nil, tool: nil, outcome: .rejected(nil, code: -32700)),
      line: #""request":null,"tool":null,"outcome":"rejected","reason":-32700}"#),
  ])
  func writesOneLine(_ row: Row) {
    let lines = recorded(.info) { AuditLog($0).record(row.event) }
    let event =
      if case .rejected(nil, _) = row.event.outcome { "rejection" } else { "authentication" }
    #expect(
      lines == [#"{"time":"2026-07-28T12:34:56.007Z","event":"\#(event)",\#(row.line)"# + "\n"])
  }

  /// S18: for any input, a line is far shorter than the limit of waiting bytes.
  @Test func noLineIsLong() {
    let longest = Identity(
      subject: Subject(constant: String(repeating: "\u{FF}", count: 128)), method: .basic,
      permissions: [])
    let lines = recorded(.info) { log in
      AuditLog(log).record(
        AuditEvent(
          request: .string(String(repeating: "\u{FF}", count: 1 << 20)), tool: "square_root",
          outcome: .forbidden(longest, .calculateAdvanced),
          address: "2001:db8:1111:2222:3333:4444:5555:6666", credential: "malformed"))
    }
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { $0.utf8.count < 1200 })
  }

  @Test(arguments: [(LogLevel.off, 0), (.info, 1), (.debug, 1)])
  func obeysTheLevel(_ level: LogLevel, _ count: Int) {
    let lines = recorded(level) {
      AuditLog($0).record(AuditEvent(request: 1, tool: "add", outcome: .accepted(Self.identity)))
    }
    #expect(lines.count == count)
  }

  /// RFC 3339 §5.6
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400_001, "2000-02-29T00:00:00.001Z"),
    (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
  ])
  func writesTheTime(_ milliseconds: Int, _ text: String) {
    #expect(WallTime(milliseconds: milliseconds).rfc3339 == text)
  }

  private func recorded(_ level: LogLevel, _ use: (Log) -> Void) -> [String] {
    let lines = Mutex<[String]>([])
    use(
      Log(
        level: level, now: { WallTime(milliseconds: 1_785_242_096_007) },
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }))
    return lines.withLock { $0 }
  }

  /// S18: a provider's names have 256 bytes each, and an issuer is a URL.
  @Test func aLineAboutAProvidersCallerIsUnder8KiB() throws {
    let long = try #require(Subject(String(repeating: "\u{1F600}", count: 64)))
    let identity = Identity(
      subject: long, method: .oauth, permissions: [],
      provider: Identity.Provider(
        issuer: String(repeating: "i", count: 2048), client: long, name: long, email: long))
    let length = Mutex(0)
    let log = Log(level: .info, now: { 0 }, write: { line in length.withLock { $0 = line.count } })
    AuditLog(log).record(AuditEvent(request: 7, tool: "add", outcome: .accepted(identity)))
    #expect(4096..<8192 ~= length.withLock { $0 })
  }
}
