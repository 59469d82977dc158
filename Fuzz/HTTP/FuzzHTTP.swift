@testable import HTTPTransport
import NIOCore

/// Small limits, so that the fuzzer reaches them.
private let limits = {
  var limits = HTTPLimits()
  limits.head = 512
  limits.read = 4096  // the largest input of libFuzzer
  limits.target = 64
  limits.fields = 8
  limits.chunkExtensions = 16
  return limits
}()

/// The names of fields that a part of the server reads.
private let names = [
  "host", "connection", "expect", "content-length", "transfer-encoding", "authorization", "trailer",
]

/// The entry point of libFuzzer. It checks that the result does not depend on how the stream is cut
/// into pieces, that no two readers can frame a request differently (RFC 9112 §11.2), and that the
/// memory is bounded at every moment (ATTACKS H32).
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let whole = Transcript(of: bytes, inPiecesOf: max(1, count))
  for size in [1, 2, 3, 7, 64] where size < count {
    precondition(Transcript(of: bytes, inPiecesOf: size) == whole, "in pieces of \(size)")
  }
  return 0
}

/// The result of parsing a stream.
private struct Transcript: Equatable {
  /// Heads and ends of bodies. The bytes of the bodies are in `bodies`, so that the pieces do not
  /// matter.
  private var events: [String] = []
  private var bodies: [[UInt8]] = []
  /// The parser refused the rest. The fault may depend on how much of a line has arrived.
  private var wasRefused = false

  init(of bytes: [UInt8], inPiecesOf size: Int) {
    var parser = HeadParser(limits: limits)
    var body: BodyReader?
    var inbox = Inbox(limits: limits)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
      precondition(inbox.append(piece), "more unread than there can be")
      do throws(HTTPFault) {
        while try step(&parser, &body, &inbox.unread) {}
      } catch {
        wasRefused = true
        return
      }
      inbox.release()
      // An incomplete head or line of a body. The size of a buffer is a power of two.
      precondition(inbox.unread.readableBytes <= limits.head, "more unread than a head")
      precondition(inbox.capacity <= max(1024, piece.storageCapacity), "more kept than that")
    }
  }

  /// Makes one step; `false` if more bytes are needed.
  private mutating func step(
    _ parser: inout HeadParser, _ body: inout BodyReader?, _ buffer: inout ByteBuffer
  ) throws(HTTPFault) -> Bool {
    if body != nil, let part = try body?.next(&buffer) {
      if let bytes = part.bytes { bodies[bodies.count - 1] += bytes.readableBytesView }
      if part.isEnd {
        body = nil
        events.append("end")
      }
      return part.bytes != nil || part.isEnd
    }
    guard buffer.readableBytes > 0, let head = try parser.next(&buffer) else { return false }
    check(head)
    let (line, target) = (head.line, head.line.target)
    events += [line.method, target.path, target.query ?? "-", target.authority ?? "-"]
    events += [line.isHTTP11, head.keepsAlive, head.expectsContinue].map { $0 ? "yes" : "no" }
    events += names.flatMap { head.fields[$0] }
    bodies.append([])
    body = BodyReader(head.framing, limits: limits)
    return true
  }

  private func check(_ head: RequestHead) {
    let lengths = head.fields["content-length"]
    let codings = head.fields["transfer-encoding"]
    precondition(lengths.count + codings.count <= 1, "framed in two ways")
    precondition((head.framing == .chunked) == !codings.isEmpty, "not framed as it says")
    if let length = lengths.first { precondition(head.framing == .length(Int(length) ?? -1)) }
    precondition(head.fields["host"].count <= 1, "for two hosts")
    for name in names {
      for value in head.fields[name] {
        precondition(!value.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
      }
    }
  }
}
