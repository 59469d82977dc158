internal import NIOCore
private import Support

/// `field-name ":" OWS field-value OWS` (RFC 9112 §5).
struct FieldLine {
  let name: String
  let value: String

  /// Reads the line at the start of the buffer, which is `length` bytes long.
  ///
  /// - Throws: `malformed`, for a folded line and for space before the colon too.
  init(_ buffer: ByteBuffer, length: Int) throws(HTTPFault) {
    let line = buffer.readableBytesUInt8Span.extracting(first: length)
    var nameEnd = 0
    while nameEnd < length, ASCII.isToken(line[nameEnd]) { nameEnd += 1 }
    // RFC 9112 §5.1: no space between name and colon; §5.2: a folded line starts with space.
    guard nameEnd > 0, nameEnd < length, line[nameEnd] == UInt8(ascii: ":") else {
      throw .malformed
    }
    var start = nameEnd + 1
    var end = length
    while start < end, ASCII.isSpace(line[start]) { start += 1 }
    while end > start, ASCII.isSpace(line[end - 1]) { end -= 1 }
    // RFC 9110 §5.5: NUL and CR are dangerous, and no other control is of use.
    let content = line.extracting(start..<end)
    guard ASCII.isFieldContent(content) else { throw .malformed }
    // Text that is no UTF-8 would have to be mended, and two values would become one. ASCII, which
    // it nearly always is, is UTF-8 without the further look, which takes as long as all the rest.
    let (nameStart, valueStart) = (buffer.readerIndex, buffer.readerIndex + start)
    guard let name = buffer.getString(at: nameStart, length: nameEnd),
      let value = ASCII.isASCII(content)
        ? buffer.getString(at: valueStart, length: end - start)
        : try? buffer.getUTF8ValidatedString(at: valueStart, length: end - start)
    else { throw .malformed }
    self.name = name
    self.value = value
  }
}
