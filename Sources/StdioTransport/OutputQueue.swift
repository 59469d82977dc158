private import Support

/// Bytes on their way to a descriptor that may not take them yet.
struct OutputQueue: Sendable {
  let descriptor: FileDescriptor
  private var bytes: [UInt8] = []
  private var written = 0
  /// Whether the last byte that was written is no line end.
  private var endsInsideLine = false

  /// How many bytes wait.
  var count: Int { bytes.count - written }
  var isEmpty: Bool { count == 0 }

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Takes out the whole lines that wait, without their ends, but for what is left of a line that is
  /// written in part.
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

  /// Writes as much as is taken without blocking; `false` where the reader is gone.
  ///
  /// A write ends at the end of a line where there is one: a pipe takes up to `PIPE_BUF` bytes whole,
  /// so a line within that is never written in part.
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
