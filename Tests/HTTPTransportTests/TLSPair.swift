import CLibSSL
import NIOCore
import NIOEmbedded

@testable import HTTPTransport

/// A client of libssl and a `TLSHandler` in an embedded channel. The test carries the bytes between
/// them.
@safe final class TLSPair {
  let channel: EmbeddedChannel
  let handler: TLSHandler
  let recorder: TLSRecorder
  var client: TLSSession
  /// The client's session, which `client` owns.
  let ssl: OpaquePointer
  private(set) var isEstablished = false
  /// The bytes that the client decrypted, and the result of its last read.
  private(set) var answered = ByteBuffer()
  private(set) var outcome = TLSOutcome.wantsInput

  init(
    _ context: TLSContext, version: Int32 = TLS1_3_VERSION, recorder: TLSRecorder = TLSRecorder(),
    onPlainHTTP: @escaping @Sendable () -> Void = {}
  ) throws {
    guard let client = unsafe SSL_CTX_new(TLS_client_method()), let ssl = unsafe SSL_new(client)
    else { fatalError("out of memory") }
    unsafe SSL_CTX_free(client)
    unsafe SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
    unsafe SSL_set_connect_state(ssl)
    unsafe self.ssl = unsafe ssl
    self.client = unsafe TLSSession(owning: ssl)
    self.recorder = recorder
    channel = EmbeddedChannel()
    handler = context.makeHandler(onPlainHTTP: onPlainHTTP)
    try channel.pipeline.syncOperations.addHandlers([handler, recorder])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  /// The bytes that the client wants to send.
  func takeOutput() -> ByteBuffer {
    if !isEstablished { isEstablished = client.handshake() == .done }
    if isEstablished { outcome = client.read(into: &answered) }
    var output = ByteBuffer()
    client.takeOutput(into: &output)
    return output
  }

  func send(_ text: ByteBuffer) -> ByteBuffer {
    var text = text
    var output = ByteBuffer()
    _ = client.write(&text, to: &output)
    return output
  }

  /// Delivers `bytes` to the server, `step` at a time.
  func deliver(_ bytes: ByteBuffer, step: Int = .max) throws {
    var bytes = bytes
    while bytes.readableBytes > 0, channel.isActive {
      let slice = bytes.readSlice(length: min(step, bytes.readableBytes))
      try channel.writeInbound(slice ?? ByteBuffer())
    }
  }

  /// Delivers the server's bytes to the client. Returns their number.
  @discardableResult
  func collect() throws -> Int {
    var count = 0
    while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
      count += bytes.readableBytes
      while bytes.readableBytes > 0 {
        client.receive(&bytes)
        if isEstablished { outcome = client.read(into: &answered) }
      }
    }
    return count
  }

  /// Carries bytes in both directions until neither side sends more.
  func settle(step: Int = .max) throws {
    var isMoving = true
    while isMoving {
      let output = takeOutput()
      try deliver(output, step: step)
      isMoving = try collect() + output.readableBytes > 0
    }
  }

  func exchange(_ text: ByteBuffer, step: Int = .max) throws {
    try deliver(send(text), step: step)
    try settle(step: step)
  }
}
