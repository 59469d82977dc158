private import SystemC
private import Support

/// A file descriptor and the system calls that the transport needs. It handles their interruptions
/// (EINTR).
struct FileDescriptor: Sendable {
  static let standardInput = FileDescriptor(raw: 0)
  static let standardOutput = FileDescriptor(raw: 1)
  static let standardError = FileDescriptor(raw: 2)

  /// The number of bytes that a writable pipe accepts without blocking (POSIX `PIPE_BUF`).
  ///
  /// Descriptors stay in blocking mode: they may be shared with the shell that started this
  /// process, and `O_NONBLOCK` would change them for the shell too.
  static let atomicWrite = Int(PIPE_BUF)

  let raw: Int32

  /// Reads up to `count` bytes. The result is empty at the end of the stream, and `nil` after an
  /// error.
  func read(upTo count: Int) -> [UInt8]? {
    var result = -1
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      repeat {
        result = unsafe systemRead(raw, buffer.baseAddress, count)
      } while result < 0 && errno == EINTR
      initialized = max(result, 0)
    }
    return result < 0 ? nil : bytes
  }

  /// Writes `bytes` and returns how many were written; `nil` if the reader is gone (EPIPE) or after
  /// another error.
  func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    var result = -1
    repeat {
      result = unsafe bytes.withUnsafeBytes { unsafe systemWrite(raw, $0.baseAddress, $0.count) }
    } while result < 0 && errno == EINTR
    return result < 0 ? nil : result
  }

  var isTerminal: Bool { isatty(raw) == 1 }

  /// What `wait` reports about one descriptor.
  struct Readiness {
    var readable = false
    var writable = false
    /// The other end is closed, or the descriptor is not open.
    var broken = false
  }

  enum Interest {
    case ignored, reading, writing
    /// Only whether the other end is closed.
    case breakage
  }

  /// Waits until a descriptor is ready, for at most `milliseconds`; -1 is no limit.
  static func wait(
    for interests: [(FileDescriptor, Interest)], milliseconds: Int32 = -1
  ) -> [Readiness] {
    var entries = interests.map { descriptor, interest in
      let events: Int32 =
        switch interest {
        case .ignored, .breakage: 0
        case .reading: Int32(POLLIN)
        case .writing: Int32(POLLOUT)
        }
      // `poll` ignores negative descriptors. A pipe at its end would wake it again and again.
      return pollfd(
        fd: interest == .ignored ? -1 : descriptor.raw, events: Int16(events), revents: 0)
    }
    guard unsafe poll(&entries, nfds_t(entries.count), milliseconds) > 0 else {
      return interests.map { _ in Readiness() }
    }
    return zip(entries, interests).map { entry, wanted in
      let seen = Int32(entry.revents)
      return Readiness(
        // A pipe without a writer reports only POLLHUP. A read then returns the end of the stream.
        readable: wanted.1 == .reading && seen & (Int32(POLLIN) | Int32(POLLHUP)) != 0,
        writable: wanted.1 == .writing && seen & Int32(POLLOUT) != 0,
        broken: seen & (Int32(POLLERR) | Int32(POLLNVAL)) != 0
          || wanted.1 != .reading && seen & Int32(POLLHUP) != 0)
    }
  }

  /// Both ends of a new pipe; `nil` if no descriptor is available.
  static func pipe() -> (reading: FileDescriptor, writing: FileDescriptor)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe systemPipe(&ends) == 0 else { return nil }
    return (FileDescriptor(raw: ends[0]), FileDescriptor(raw: ends[1]))
  }
}

// Inside `FileDescriptor`, its methods hide the system calls of the same name. These functions
// reach the system calls.
private func systemRead(_ fd: Int32, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(fd, to, count)
}

private func systemWrite(_ fd: Int32, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(fd, from, count)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { unsafe pipe(ends) }
