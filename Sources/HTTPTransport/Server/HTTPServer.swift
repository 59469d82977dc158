private import SystemC
package import NIOCore
private import NIOPosix
package import Support
private import Synchronization

/// An HTTP/1.1 server. It accepts connections and passes their requests to a responder.
package final class HTTPServer: Sendable {
  private let responder: any HTTPResponder
  private let limits: HTTPLimits
  private let encryption: TLSIdentity?
  private let now: @Sendable () -> WallTime
  private let group: MultiThreadedEventLoopGroup
  private let bodies: BodyBudget
  private let proxies: TrustedProxies
  private let open: Mutex<ConnectionCounts>
  private let listener = Mutex<(any Channel)?>(nil)
  private let isStopped = Mutex(false)
  private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<LoopConnections>]>([:])

  /// - Parameters:
  ///   - proxies: peers that forward the requests of many clients. Only the total limit of
  ///     connections and the longer idle timeout apply to them.
  ///   - now: in seconds since 1970, for the Date of responses.
  package init(
    threads: Int, limits: HTTPLimits = HTTPLimits(),
    encryption: TLSIdentity? = nil, proxies: TrustedProxies = TrustedProxies([]),
    responder: any HTTPResponder, now: @escaping @Sendable () -> WallTime
  ) {
    self.responder = responder
    self.limits = limits
    self.encryption = encryption
    self.proxies = proxies
    open = Mutex(ConnectionCounts(limits: limits))
    self.now = now
    group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    bodies = BodyBudget(limit: limits.bodiesInMemory)
  }

  /// Starts to listen.
  /// - Returns: the port. The system chooses it if `port` is 0.
  package func start(host: String, port: Int) async throws(HTTPServerError) -> Int {
    do {
      for loop in group.makeIterator() {
        let bound = try await loop.submit { [now] in
          NIOLoopBound(LoopConnections(loop: loop, now: now), eventLoop: loop)
        }.get()
        loops.withLock { $0[ObjectIdentifier(loop)] = bound }
      }
      let channel = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AcceptFailures())
          }
        }
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        // One read at a time: the result of a read decides whether the next one is wanted.
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelOption(.recvAllocator, value: ReceiveBuffers(limit: limits.read))
        .childChannelInitializer { self.prepare($0) }
        .bind(host: host, port: port).get()
      listener.withLock { $0 = channel }
      return channel.localAddress?.port ?? port
    } catch {
      if (error as? IOError)?.errnoCode == EADDRINUSE { throw .addressInUse }
      throw .cannotListen(Self.words(for: error))
    }
  }

  /// Stops listening, answers every request that has arrived, and ends after `time` at the latest.
  ///
  /// A second call returns at once.
  package func shutDown(within time: TimeAmount = .seconds(10)) async {
    let isSecond = isStopped.withLock { stopped in
      defer { stopped = true }
      return stopped
    }
    if isSecond { return }
    try? await listener.withLock { $0 }?.close().get()
    let bounds = loops.withLock { $0.values.map { $0 } }
    for bound in bounds { bound.eventLoop.execute { bound.value.stop() } }
    let end = NIODeadline.now() + time
    while open.withLock({ $0.total }) > 0, NIODeadline.now() < end {
      try? await Task.sleep(for: .milliseconds(10))
    }
    for bound in bounds { bound.eventLoop.execute { bound.value.end() } }
    try? await group.shutdownGracefully()
  }

  /// The error message of the system, such as "Permission denied", without the name of the call.
  private static func words(for error: any Error) -> String {
    guard let error = error as? IOError, let text = unsafe strerror(error.errnoCode) else {
      return String(describing: error)
    }
    return unsafe String(cString: text)
  }

  private func prepare(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard let peer = channel.remoteAddress.flatMap(IPAddress.init),
      let siblings = loops.withLock({ $0[ObjectIdentifier(channel.eventLoop)] })
    else { return channel.close() }
    let isProxy = proxies.contains(peer)
    let client = isProxy ? nil : peer
    // Above a limit, close at once: every answer would cost more. ATTACKS R12
    guard open.withLock({ $0.add(client) }) else { return channel.close() }
    channel.closeFuture.whenComplete { _ in self.open.withLock { $0.remove(client) } }
    return channel.eventLoop.makeCompletedFuture {
      var limits = limits
      if isProxy { limits.idleTimeoutBeforeAcceptance = limits.idleTimeout }
      if let encryption {
        try channel.pipeline.syncOperations.addHandler(
          encryption.makeHandler(handshakeTimeout: limits.headTimeout))
      }
      try channel.pipeline.syncOperations.addHandler(
        HTTPConnection(
          responder: responder, limits: limits, peer: peer, isEncrypted: encryption != nil,
          bodies: bodies, siblings: siblings.value))
    }
  }
}
