internal import NIOCore
private import Support

/// `method SP request-target SP HTTP-version`, in exactly this form (RFC 9112 §3).
struct RequestLine {
  let method: String
  let target: RequestTarget
  /// Whether the version is HTTP/1.1; otherwise it is HTTP/1.0.
  let isHTTP11: Bool

  /// Reads the line at the start of the buffer, which is `length` bytes long.
  ///
  /// - Throws: `malformed`; `targetTooLong`.
  init(_ buffer: ByteBuffer, length: Int, limits: HTTPLimits) throws(HTTPFault) {
    let line = buffer.readableBytesUInt8Span.extracting(first: length)
    var methodEnd = 0
    while methodEnd < length, ASCII.isToken(line[methodEnd]) { methodEnd += 1 }
    // RFC 9112 §3: single spaces only, without the lenient parsing of white space.
    guard methodEnd > 0, methodEnd < length, line[methodEnd] == ASCII.space else {
      throw .malformed
    }
    let targetStart = methodEnd + 1
    var targetEnd = targetStart
    while targetEnd < length, ASCII.isVisible(line[targetEnd]) { targetEnd += 1 }
    if targetEnd - targetStart > limits.target { throw .targetTooLong }
    guard targetEnd < length, line[targetEnd] == ASCII.space else { throw .malformed }
    // RFC 9112 §2.3: the version is case-sensitive. HTTP/2 has another preface, and HTTP/0.9 has no
    // version.
    let version = line.extracting((targetEnd + 1)...)
    isHTTP11 = ASCII.equal(version, "HTTP/1.1")
    guard isHTTP11 || ASCII.equal(version, "HTTP/1.0") else { throw .malformed }
    let start = buffer.readerIndex
    method = buffer.getString(at: start, length: methodEnd) ?? ""
    target = try RequestTarget(
      buffer.getString(at: start + targetStart, length: targetEnd - targetStart) ?? "",
      method: method)
  }
}
