import Foundation
import Synchronization
import Testing

@testable import Bridge
@testable import StdioTransport
@testable import Support

/// A bridge between two pipes and a fake server.
final class BridgeHarness: Sendable {
  let remote: FakeRemote
  let credential: FakeCredential
  private let input: (reading: FileDescriptor, writing: FileDescriptor)
  private let output: (reading: FileDescriptor, writing: FileDescriptor)
  let signals: SignalPipe
  let stdio: ConcurrentStdio
  private let isInputOpen = Mutex(true)
  private let received = Mutex<[UInt8]>([])
  private let notes = Mutex<[String]>([])
  private let ended = Mutex(false)
  private let sleeps = Mutex<[Duration]>([])

  init(
    posts: [FakeAnswer] = [], gets: [FakeAnswer] = [], credential: FakeCredential = .init(),
    limits: ConcurrentStdio.Limits = .init()
  ) throws {
    signal(SIGPIPE, SIG_IGN)
    remote = FakeRemote(posts: posts, gets: gets)
    self.credential = credential
    input = try #require(FileDescriptor.pipe())
    output = try #require(FileDescriptor.pipe())
    signals = try #require(SignalPipe())
    let made = ConcurrentStdio(
      input: input.reading, output: output.writing, errors: StandardErrorSink(), limits: limits,
      now: MonotonicTime.now)
    stdio = try #require(made)
  }

  deinit {
    endInput()
    for end in [input.reading, output.reading, output.writing] { close(end.raw) }
  }

  func send(_ lines: String...) {
    for line in lines { _ = input.writing.write(Array("\(line)\n".utf8)[...]) }
  }

  func endInput() {
    let wasOpen = isInputOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    if wasOpen { close(input.writing.raw) }
  }

  /// Serves until the input ends and everything is answered.
  func run(
    _ messages: Dispatcher.Limits = .init(), reload: @escaping @Sendable () -> Void = {}
  ) async -> [String] {
    let server = BridgeServer(
      url: "https://s.example/mcp", client: remote, credential: credential, stdio: stdio,
      messages: messages, notice: { notice in self.notes.withLock { $0.append(notice) } },
      reload: reload,
      sleep: { duration in
        // How long a body may take to end: only its cancellation ends this wait.
        if duration == RemoteServer.longestEnd {
          try? await Task.sleep(for: .seconds(3600))
        } else {
          self.sleeps.withLock { $0.append(duration) }
          await Task.yield()
        }
      }, now: { MonotonicTime(nanoseconds: 0) })
    await withTaskCancellationHandler {
      await stdio.run(signals, server.handler)
    } onCancel: {
      signals.send(.terminate)  // the time of the test is over
    }
    ended.withLock { $0 = true }
    return lines
  }

  /// Whether `run` has returned.
  var hasEnded: Bool { ended.withLock { $0 } }
  var notices: [String] { notes.withLock { $0 } }
  var waits: [Duration] { sleeps.withLock { $0 } }

  /// The lines that were written so far. All of them fit into the pipe.
  var lines: [String] {
    received.withLock { received in
      while FileDescriptor.wait(for: [(output.reading, .reading)], milliseconds: 0)[0].readable,
        let bytes = output.reading.read(upTo: 1 << 16), !bytes.isEmpty
      {
        received += bytes
      }
      return received.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Waits, without blocking a thread, until the condition holds, or the time of the test is over.
  func wait(until condition: @Sendable () -> Bool) async {
    while !condition(), !Task.isCancelled { await Task.yield() }
  }
}

/// The messages of the tests.
enum Line {
  static let initialize = #"""
    {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}
    """#
  static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
  static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
  static let call =
    #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1}}}"#
  static let sampling = #"{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage"}"#
  static let progress =
    #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#

  static func version(_ version: String, id: String = "0") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"protocolVersion":"\#(version)"}}"#
  }

  static func result(_ id: String, _ value: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(value)}"#
  }

  static func error(_ id: String, _ code: Int, _ message: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"\#(message)"}}"#
  }

  /// The answer of the bridge to what is no request.
  static func refused(_ id: String?, _ reason: String) -> String {
    let member = id.map { #""id":\#($0),"# } ?? ""
    return
      #"{"jsonrpc":"2.0",\#(member)"error":{"code":-32600,"message":"Invalid request: \#(reason)"}}"#
  }

  /// A modern request with these members of `params`, such as `"name":"add",`.
  static func modern(_ method: String, _ params: String = "", id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)"_meta":"#
      + #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#
  }

  static func cancelled(_ id: String) -> String {
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
  }
}

/// The requests that the bridge sends.
enum Sent {
  /// The fields of every POST, those of the revision, and the credential.
  static func post(_ body: String, _ fields: [String] = [], token: Int = 1) -> String {
    ([
      "POST https://s.example/mcp", "Content-Type: application/json",
      "Accept: application/json, text/event-stream",
    ] + fields + ["Authorization: Bearer t\(token)", body]).joined(separator: "\n")
  }

  static func get(_ fields: [String], token: Int = 1) -> String {
    (["GET https://s.example/mcp", "Accept: text/event-stream"] + fields
      + ["Authorization: Bearer t\(token)"]).joined(separator: "\n")
  }

  static let session = ["MCP-Protocol-Version: 2025-11-25", "Mcp-Session-Id: S1"]
  static let version = ["MCP-Protocol-Version: 2025-11-25"]
}

extension FakeAnswer {
  /// The answer to `initialize`.
  static func started(session: String? = nil, version: String = "2025-11-25") -> FakeAnswer {
    .json(Line.version(version), session.map { [(name: "Mcp-Session-Id", value: $0)] } ?? [])
  }
}
