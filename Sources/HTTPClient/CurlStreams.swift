private import Support
private import SystemC

/// Sends requests with libcurl under one address policy, and hands out each response while it arrives.
///
/// One thread drives all transfers with a multi handle of libcurl. The first request starts it. A
/// stream that stays open for hours occupies a connection, and no thread. If the reader does not read,
/// the transfer pauses, and TCP makes the server wait.
///
/// The thread ends when the object is released. Each body keeps a reference to it.
package final class CurlStreams: StreamingClient {
  package struct Settings: CurlSettings {
    /// The certificates of the trusted authorities, in PEM, instead of the system's.
    package var caFile: String?
    /// `http://host:port` or `https://host:port`. A variable of the environment is never read.
    package var proxy: String?
    /// Allow loopback addresses, and `http` to them. For development and tests.
    package var allowsLoopback = false
    /// For the connection alone, with the TLS handshake.
    package var connectTimeout: Duration = .seconds(3)
    /// From the request until the head of the response is complete. A server may run a slow tool
    /// before it answers.
    package var headTimeout: Duration = .seconds(300)
    /// In bytes, with the line ends.
    package var maximumHead = 16 * 1024
    /// In bytes: what waits in one stream for its reader.
    package var maximumWaiting = 256 * 1024
    /// All requests that wait for a response or whose response is on its way. Each may have a
    /// connection of its own.
    package var maximumTransfers = 64

    package init() {}
  }

  private let policy: AddressPolicy
  private let settings: Settings
  /// For tests: the thread keeps it until it ends.
  let mailbox: StreamMailbox

  package init(_ policy: AddressPolicy, _ settings: Settings) throws(CurlClient.SetupError) {
    try settings.check()
    self.policy = policy
    self.settings = settings
    mailbox = StreamMailbox(maximumTransfers: settings.maximumTransfers)
  }

  deinit { mailbox.stop() }

  /// A cancellation of the task ends the transfer. The error is then `unreachable`.
  package func open(_ request: OutboundRequest) async throws(OutboundError) -> StreamedResponse {
    guard let origin = Origin(of: request.url), settings.permits(origin, policy),
      request.hasValidFields
    else { throw .refusedURL }
    let buffer = StreamBuffer(maximum: settings.maximumWaiting)
    let start = StreamMailbox.Start(
      request: request, transfer: Transfer(origin, policy, settings, maximumBody: 0),
      buffer: buffer)
    switch mailbox.start(start) {
    case .full: throw .overloaded
    case .accepted: break
    case .needsThread:
      let isStarted = startThread { [mailbox, settings] in StreamLoop(mailbox, settings).run() }
      if !isStarted { StreamLoop.abandon(mailbox) }
    }
    let body = CurlStream(buffer, self)
    let head = try await body.head().get()
    return StreamedResponse(status: head.status, fields: head.fields, body: body)
  }
}

/// The body of a response of `CurlStreams`. Without a reference to it the transfer ends.
final class CurlStream: StreamedBody {
  /// For tests.
  let buffer: StreamBuffer
  private let client: CurlStreams

  init(_ buffer: StreamBuffer, _ client: CurlStreams) {
    (self.buffer, self.client) = (buffer, client)
  }

  deinit { cancel() }

  func head() async -> Result<StreamBuffer.Head, OutboundError> {
    await withTaskCancellationHandler {
      await buffer.head()
    } onCancel: {
      cancel()
    }
  }

  func next() async throws(OutboundError) -> [UInt8]? {
    let next = await withTaskCancellationHandler {
      await buffer.next()
    } onCancel: {
      cancel()
    }
    let (bytes, mustContinue) = try next.get()
    if mustContinue { client.mailbox.send(.resume(buffer)) }
    return bytes
  }

  func cancel() {
    if buffer.cancel() { client.mailbox.send(.cancel(buffer)) }
  }
}
