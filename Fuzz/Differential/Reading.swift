import Support
@testable import HTTPTransport
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// The result of parsing a stream: the complete requests, and whether the parser refused the rest.
struct Reading {
  struct Request: Equatable {
    let method: String
    let target: String
    var body: [UInt8] = []
  }

  var requests: [Request] = []
  /// Why the parser refused the rest of the stream.
  var refusal: String?
  /// The lines of each request in lower case, without their line ends: those of its head, and those
  /// after the head.
  var lines: [(head: [[UInt8]], rest: [[UInt8]])] = []
  /// The parser refused the body of a request whose head it accepted.
  var isInsideBody = false
  /// After the last request the connection closes or changes its protocol.
  var isLast = false
}

extension Reading {
  /// The result of this server's parser, used as in `HTTPConnection`.
  static func ours(_ bytes: [UInt8]) -> Reading {
    let limits = HTTPLimits()
    var reading = Reading()
    var parser = HeadParser(limits: limits)
    var buffer = ByteBuffer(bytes: bytes)
    do throws(HTTPFault) {
      while !reading.isLast, buffer.readableBytes > 0 {
        let start = buffer
        guard let head = try parser.next(&buffer) else { break }
        var request = Request(method: head.line.method, target: text(head.line.target))
        var body = BodyReader(head.framing, limits: limits)
        let unread = buffer
        while true {
          let part = try body.next(&buffer)
          if let bytes = part.bytes { request.body += bytes.readableBytesView }
          if part.isEnd { break }
          if part.bytes == nil { return reading }  // the rest of the body is missing
        }
        reading.lines.append((lines(start, until: unread), lines(unread, until: buffer)))
        reading.requests.append(request)
        reading.isLast = !head.keepsAlive
      }
    } catch {
      reading.refusal = "\(error)"
    }
    return reading
  }

  /// The lines between two positions of one stream.
  private static func lines(_ start: ByteBuffer, until end: ByteBuffer) -> [[UInt8]] {
    let bytes = start.readableBytesView.prefix(start.readableBytes - end.readableBytes)
    return bytes.map(ASCII.lowercase).split(separator: ASCII.lineFeed).map {
      Array($0.last == ASCII.carriageReturn ? $0.dropLast() : $0)
    }
  }

  private static func text(_ target: RequestTarget) -> String {
    target.path + (target.query.map { "?\($0)" } ?? "")
  }

  /// The result of swift-nio's parser.
  static func nio(_ bytes: [UInt8]) -> Reading {
    let channel = EmbeddedChannel()
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    let collector = Collector()
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
    do {
      try channel.pipeline.syncOperations.addHandlers([decoder, collector])
      try channel.writeInbound(ByteBuffer(bytes: bytes))
    } catch {
      collector.reading.refusal = "\(error)"
    }
    return collector.reading
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    var reading = Reading()
    private var request: Request?
    private var isLast = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        request = Request(method: head.method.rawValue, target: Self.origin(head.uri))
        // After an Upgrade request it delivers nothing until the server responds.
        isLast = !head.isKeepAlive || head.headers.contains(name: "Upgrade")
      case .body(let bytes): request?.body += bytes.readableBytesView
      case .end:
        if let request { reading.requests.append(request) }
        request = nil
        reading.isLast = isLast
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      guard reading.refusal == nil else { return }
      reading.refusal = "\(error)"
      reading.isInsideBody = request != nil
    }

    /// The origin form of a target (RFC 9112 §3.2.1, §3.2.2).
    private static func origin(_ target: String) -> String {
      let bytes = target.utf8
      guard bytes.first != UInt8(ascii: "/"), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
      else { return target }
      let rest = bytes[colon...].dropFirst(3)
      let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
      let origin = end.map { String(Substring(rest[$0...])) } ?? "/"
      return origin.utf8.first == UInt8(ascii: "?") ? "/" + origin : origin
    }
  }
}
