private import Support

/// Bytes that wait to be written to a descriptor.
struct OutputQueue: Sendable {
  let descriptor: FileDescriptor
  private var bytes: [UInt8] = []
  private var written = 0
  /// Whether the last written byte is not a line end.
  private var endsInsideLine = false

  /// The number of waiting bytes.
  var count: Int { bytes.count - written }
  var isEmpty: Bool { count == 0 }

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Removes and returns the waiting lines, without their line ends. The rest of a partly written
  /// line stays in the queue.
  mutating func takeLines() -> [ArraySlice<UInt8>] {
    var rest = bytes[written...]
    var begun: ArraySlice<UInt8> = []
    if endsInsideLine, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      begun = rest[...end]
      rest = rest[(end + 1)...]
    }
    (bytes, written) = (Array(begun), 0)
    return rest.split(separator: UInt8(ascii: "\n"))
  }

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Writes as much as possible without blocking. Returns `false` if the reader is gone.
  ///
  /// A write ends at a line end if there is one. A pipe accepts up to `PIPE_BUF` bytes in one
  /// piece, so a line of that length is never written in part.
  mutating func drain() -> Bool {
    while !isEmpty {
      let ready = FileDescriptor.wait(for: [(descriptor, .writing)], milliseconds: 0)[0]
      if ready.broken { return false }
      guard ready.writable else { break }
      let end = min(written + FileDescriptor.atomicWrite, bytes.count)
      let next = bytes[written..<end]
      let lines = next.lastIndex(of: UInt8(ascii: "\n")).map { next[...$0] } ?? next
      guard let taken = descriptor.write(lines) else { return false }
      if taken > 0 { endsInsideLine = bytes[written + taken - 1] != UInt8(ascii: "\n") }
      written += taken
    }
    if isEmpty {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
      written = 0
    } else if written > bytes.count / 2 {
      bytes.removeFirst(written)
      written = 0
    }
    return true
  }
}
