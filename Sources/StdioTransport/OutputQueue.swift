private import Support

/// Bytes on their way to a descriptor that may not take them yet.
struct OutputQueue: Sendable {
  let descriptor: FileDescriptor
  private var bytes: [UInt8] = []
  private var written = 0

  /// How many bytes wait.
  var count: Int { bytes.count - written }
  var isEmpty: Bool { count == 0 }

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Writes as much as is taken without blocking; `false` where the reader is gone.
  mutating func drain() -> Bool {
    while !isEmpty {
      let ready = FileDescriptor.wait(for: [(descriptor, .writing)], milliseconds: 0)[0]
      if ready.broken { return false }
      guard ready.writable else { break }
      let end = min(written + FileDescriptor.atomicWrite, bytes.count)
      guard let taken = descriptor.write(bytes[written..<end]) else { return false }
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
