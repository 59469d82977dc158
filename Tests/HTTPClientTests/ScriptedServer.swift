import Auth
import Foundation
import HTTPTransport
import NIOCore
import NIOPosix
import Support
import Synchronization
import TestSupport

/// A server on a loopback port that answers each request with the same bytes, valid or not.
final class ScriptedServer: Sendable {
  enum Script: Sendable {
    /// The bytes, once for each request; the connection stays open.
    case answer(String)
    /// The bytes, then the end of the connection.
    case answerAndClose(String)
    /// The first bytes, then the second ones without end: after 16 MB the connection ends, so that a
    /// client without a bound fails a test instead of hanging.
    case endless(String, String)
    /// The first bytes, then one byte every 10 ms. After 100 seconds the connection ends, so that a
    /// client without a timeout fails a test instead of hanging.
    case trickle(String)
    /// Nothing, and the end of the connection after 100 seconds.
    case silence
    /// The bytes for each request, after this number of requests has come.
    case together(Int, String)
    /// The bytes for each request; then the connection stays open, and `send` adds more.
    case held(String)
    /// The bytes for the first requests of all connections, the last one for each later request.
    case each([String])
    /// As a proxy: the first bytes for `CONNECT`, then TLS and the second ones for each request.
    case tunnel(String, TLSContext, String)
  }

  let port: Int
  private let channel: any Channel
  private let record: Record

  /// - Parameter tls: a certificate and its key in PEM.
  init(_ script: Script, tls: TLSContext? = nil) async throws {
    let record = Record()
    let identity = tls.map { TLSIdentity($0) }
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          record.connections.withLock { $0 += 1 }
          let pipeline = channel.pipeline.syncOperations
          if let identity { try pipeline.addHandler(identity.makeHandler()) }
          try pipeline.addHandler(Answers(script, record))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    self.record = record
    port = channel.localAddress?.port ?? 0
  }

  deinit { channel.close(promise: nil) }

  /// All connections so far.
  var connections: Int { record.connections.withLock { $0 } }
  /// The received bytes of all connections.
  var received: [UInt8] { record.received.withLock { $0 } }
  var text: String { String(decoding: received, as: UTF8.self) }

  /// All connections that are open.
  var openConnections: Int { record.open.withLock { $0 } }

  /// Sends bytes on all open connections that are `held`.
  func send(_ text: String) {
    for send in record.held.withLock({ $0 }) { send(text) }
  }

  private final class Record: Sendable {
    let open = Mutex(0)
    let held = Mutex<[@Sendable (String) -> Void]>([])
    let answered = Mutex(0)
    let connections = Mutex(0)
    let received = Mutex<[UInt8]>([])
    let waiting = Mutex<[@Sendable () -> Void]>([])
  }

  private final class Answers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: Script
    private let record: Record
    private var unanswered: [UInt8] = []
    private var isTunnel = false

    init(_ script: Script, _ record: Record) { (self.script, self.record) = (script, record) }

    func channelActive(context: ChannelHandlerContext) { record.open.withLock { $0 += 1 } }
    func channelInactive(context: ChannelHandlerContext) { record.open.withLock { $0 -= 1 } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(unwrapInboundIn(data).readableBytesView)
      record.received.withLock { $0 += bytes }
      unanswered += bytes
      // A POST of these tests comes with its head; a ClientHello has no empty line.
      let isTLS = unanswered.first == 0x16
      guard isTLS || unanswered.firstRange(of: Array("\r\n\r\n".utf8)) != nil else { return }
      unanswered = []
      switch script {
      case .answer(let text): write(text, context)
      case .answerAndClose(let text):
        let done = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: done)
        done.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
      case .endless(let first, let more):
        write(first, context)
        send(String(repeating: more, count: 1000 / more.utf8.count + 1), times: 16_000, context)
      case .tunnel(let opened, let tls, _) where !isTunnel:
        isTunnel = true
        write(opened, context)
        try? context.pipeline.syncOperations.addHandler(
          TLSIdentity(tls).makeHandler(), position: .first)
      case .together(let count, let text):
        let channel = context.channel
        let all = record.waiting.withLock { waiting in
          waiting.append { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
          guard waiting.count == count else { return [] as [@Sendable () -> Void] }
          defer { waiting = [] }
          return waiting
        }
        for answer in all { answer() }
      case .held(let text):
        let channel = context.channel
        record.held.withLock {
          $0.append { channel.writeAndFlush(ByteBuffer(string: $0), promise: nil) }
        }
        write(text, context)
      case .each(let texts):
        let number = record.answered.withLock { number in
          defer { number += 1 }
          return number
        }
        write(texts[min(number, texts.count - 1)], context)
      case .tunnel(_, _, let answer): write(answer, context)
      case .trickle(let first):
        write(first, context)
        trickle(10_000, context)
      case .silence:
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(100)) {
          context.close(promise: nil)
        }
      }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func trickle(_ rest: Int, _ context: ChannelHandlerContext) {
      guard context.channel.isActive else { return }
      if rest == 0 { return context.close(promise: nil) }
      write("a", context)
      context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(10)) {
        self.trickle(rest - 1, context)
      }
    }

    private func send(_ text: String, times: Int, _ context: ChannelHandlerContext) {
      guard times > 0 else { return context.close(promise: nil) }
      let done = context.eventLoop.makePromise(of: Void.self)
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: done)
      // In a new event, so that the stack does not grow.
      done.futureResult.assumeIsolated().whenSuccess {
        context.eventLoop.assumeIsolated().execute { self.send(text, times: times - 1, context) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}

/// A thread for each piece of work.
struct UnboundedPool: BlockingPool {
  func run<Value: Sendable>(for _: Client, _ work: @escaping @Sendable () -> Value)
    async throws(BlockingPoolIsFull) -> Value
  {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }
}

/// Certificates that openssl makes for this run.
struct Certificates {
  /// The folder is removed with the other temporary files of the machine.
  static let shared = Result { try Certificates() }

  private let directory: URL

  private init() throws {
    directory = FileManager.default.temporaryDirectory.appending(
      path: "curl-\(UUID().uuidString)")
    let made = try ChildProgram.run([
      "sh", "-ec",
      """
      mkdir -p "$1" && cd "$1"
      sh "$2" ours
      sh "$2" other
      mkdir wrong
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
        -keyout wrong/key.pem -out wrong/cert.pem -subj /CN=127.0.0.1 \
        -addext subjectAltName=DNS:other.example
      cp wrong/cert.pem wrong/ca.pem
      """, "sh", directory.path, Repository.root.appending(path: "scripts/make-cert.sh").path,
    ])
    guard made.end == .status(0) else { throw CocoaError(.executableLoad) }
  }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  func context(_ name: String) throws -> TLSContext {
    func bytes(_ file: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: directory.appending(path: "\(name)/\(file)")))
    }
    return try TLSContext(certificateChain: bytes("cert.pem"), privateKey: bytes("key.pem"))
  }
}
