internal import HTTPClient
internal import StdioTransport
internal import Support

/// A stdio server that forwards every message to a remote MCP server over Streamable HTTP.
package struct BridgeServer: Sendable {
  private let dispatcher: Dispatcher
  private let stdio: ConcurrentStdio
  private let reload: @Sendable () -> Void

  /// - Parameters:
  ///   - url: the MCP endpoint.
  ///   - stdio: the lines of the client.
  ///   - notice: takes one sentence for the log, without a secret and without a text of the server.
  ///   - reload: called on SIGHUP.
  ///   - sleep: waits; returns early if its task is cancelled.
  init(
    url: String, client: any StreamingClient, credential: any RemoteCredential,
    stdio: ConcurrentStdio, messages: Dispatcher.Limits = Dispatcher.Limits(),
    notice: @escaping @Sendable (String) -> Void, reload: @escaping @Sendable () -> Void,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
    now: @escaping @Sendable () -> MonotonicTime = MonotonicTime.now
  ) {
    let notices = NoticeLimit(now: now)
    let server = RemoteServer(
      url: url, client: client, credential: credential, session: RemoteSession(),
      toolHeaders: ToolHeaders(), budget: AnswerBudget(),
      notice: {
        for sentence in notices.take($0) { notice(sentence) }
        stdio.wake()
      }, sleep: sleep)
    let write: @Sendable ([UInt8]) async -> Bool = { await stdio.write($0) }
    let listening = ListeningStream(server, write: write)
    let forwarder = Forwarder(server: server, listening: listening, write: write)
    dispatcher = Dispatcher(forwarder, stdio, messages)
    (self.stdio, self.reload) = (stdio, reload)
  }

  /// Serves until the input has ended and every request is answered. SIGTERM, SIGINT and a closed
  /// output end it, too.
  /// - Returns: the exit status of the process.
  package func run() async -> Int32 {
    await stdio.run(handler)
    return 0
  }

  /// What the loop of the lines calls.
  var handler: ConcurrentStdio.Handler {
    let (dispatcher, reload) = (dispatcher, reload)
    return ConcurrentStdio.Handler(
      line: { dispatcher.take($0) }, reload: reload, inputEnded: { dispatcher.inputEnded() },
      finish: { dispatcher.finish() })
  }
}
