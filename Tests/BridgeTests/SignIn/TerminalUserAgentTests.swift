import Foundation
import OAuthClient
import Support
import Synchronization
import Testing
import TestSupport

@testable import Bridge

/// Sign-ins whose redirect is pasted.
struct TerminalUserAgentTests {
  private static let address = "https://login.example/authorize?state=right"
  private static let redirect = "http://127.0.0.1:1023/callback"

  private final class Lines: Sendable {
    private let rest: Mutex<[String]>
    init(_ lines: [String]) { rest = Mutex(lines) }
    func next() -> [UInt8]? {
      rest.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) }
    }
  }

  private static func query(_ lines: [String], opening url: String = address, _ told: Sentences)
    async throws -> String
  {
    let input = Lines(lines)
    let agent = TerminalUserAgent(
      readLine: { limit in
        #expect(limit == 16 << 10)
        return input.next()
      }, tell: { told.add($0) })
    let pending = try await agent.prepare(preferring: nil)
    #expect(pending.redirectURI == redirect)
    defer { pending.close() }
    return String(
      decoding: try await pending.query(opening: url, state: Secret("right")), as: UTF8.self)
  }

  @Test(arguments: [
    "\(redirect)?code=a&state=right", "  \(redirect)?code=a&state=right\t",
    "127.0.0.1:1023/callback?code=a&state=right", "\(redirect)?code=a&state=right#_",
  ])
  func thePastedAddressIsRead(_ line: String) async throws {
    let told = Sentences()
    #expect(try await Self.query([line], told) == "code=a&state=right")
    #expect(told.all.first == "To sign in, open this address in a browser: \(Self.address)")
    #expect(told.all.count == 2)
  }

  @Test(arguments: [
    "", "code=a&state=right", "\(redirect)", "\(redirect)2?code=a&state=right",
    "http://127.0.0.1:1024/callback?code=a&state=right",
    "https://127.0.0.1:1023/callback?code=a&state=right",
    "http://attacker.example/callback?code=a&state=right",
    "http://attacker.example/?\(redirect)?code=a&state=right",
    "\(redirect)?code=a&state=wrong", "\(redirect)?code=a",
    "\(redirect)?code=a&state=wrong&state=right", "\(redirect)?code=a b&state=right",
    "\(redirect)?code=a\u{1B}&state=right",
  ])
  func anotherAddressIsAskedForAgain(_ line: String) async throws {
    let told = Sentences()
    let lines = [line, "\(Self.redirect)?code=b&state=right"]
    #expect(try await Self.query(lines, told) == "code=b&state=right")
    #expect(told.all.count == 3)
    // What was pasted is not shown: it may have a code.
    #expect(!told.all.joined().contains("code="))
  }

  @Test(arguments: [0, 1, 5, 6])
  func theTriesAreBounded(_ count: Int) async throws {
    let told = Sentences()
    let right = "\(Self.redirect)?code=b&state=right"
    let lines = [String](repeating: "x", count: count) + (count == 5 || count == 6 ? [right] : [])
    await #expect(throws: UserAgentError.noRedirect) { try await Self.query(lines, told) }
    #expect(told.all.count == 2 + min(count, 5))
  }

  @Test func anAddressThatIsNoneIsNotShown() async throws {
    let told = Sentences()
    await #expect(throws: UserAgentError.unavailable) {
      try await Self.query(["x"], opening: "https://login.example/\u{1B}[2J", told)
    }
    #expect(told.all == [])
  }

  // MARK: The terminal

  @Test(
    arguments: [
      ("a\n", true, "a"), ("a\r", true, "a"), ("abc\u{7F}\u{8}d\n", true, "ad"),
      ("\u{7F}a\n", true, "a"), ("abc\u{15}d\n", true, "d"), ("ab\u{4}\n", true, nil),
      ("a\u{7F}\n", false, "a\u{7F}"), ("a", false, "a"), ("", false, nil), ("\n", false, ""),
      ("12345678\n", false, "12345678"), ("123456789\n", false, nil), ("123456789", false, nil),
      ("123456789\u{15}1\n", true, "1"),
    ] as [(String, Bool, String?)])
  func aLineIsEditedAndBounded(_ input: String, _ isTerminal: Bool, _ expected: String?) {
    var rest = Array(input.utf8)[...]
    let line = TerminalInput.line(limit: 8, isTerminal: isTerminal) { rest.popFirst() }
    #expect(line.map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  /// A terminal passes lines of at most 4,096 bytes unless it is told otherwise. The numbers are those
  /// of Linux: TIOCSPTLCK, TIOCGPTN (ioctl_tty(2)).
  @Test(.enabled(if: ProcFolder.isThere))
  func aTerminalPassesALongLineAndDoesNotShowIt() async throws {
    let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(terminal) }
    var (locked, number): (Int32, Int32) = (0, -1)
    try #require(unsafe ioctl(terminal, 0x4004_5431, &locked) == 0)
    try #require(unsafe ioctl(terminal, 0x8004_5430, &number) == 0)
    let path = "/dev/pts/\(number)"
    // Keeps the settings of the terminal while nobody reads.
    let other = unsafe open(path, O_RDWR | O_NOCTTY)
    defer { close(other) }
    func isWholeLines() -> Bool {
      var settings = termios()
      _ = unsafe tcgetattr(other, &settings)
      return settings.c_lflag & tcflag_t(ICANON) != 0
    }
    #expect(isWholeLines())
    let result = OneShot<[UInt8]?>()
    Thread.detachNewThread {
      result.set(TerminalInput.readLine(limit: 16 << 10, from: path))
    }
    while isWholeLines() { await Task.yield() }
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 9000)
    var rest = (line + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
      rest = rest.dropFirst(max(count, 0))
      await Task.yield()
    }
    let read = await result.value(orAfter: .seconds(1), nil) { _ in
      try? await Task.sleep(for: .seconds(1_000_000))
    }
    #expect(read == line)
    while !isWholeLines() { await Task.yield() }
    // Nothing was echoed.
    #expect(fcntl(terminal, F_SETFL, O_NONBLOCK) == 0)
    var byte: UInt8 = 0
    #expect(unsafe Foundation.read(terminal, &byte, 1) <= 0)
  }
}

private enum ProcFolder {
  static let isThere = FileManager.default.fileExists(atPath: "/proc/self")
}
