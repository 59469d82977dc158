private import SystemC
private import Support

/// The four system calls that the transport needs, with their interruptions (EINTR) handled.
struct FileDescriptor: Sendable {
  static let standardInput = FileDescriptor(raw: 0)
  static let standardOutput = FileDescriptor(raw: 1)
  static let standardError = FileDescriptor(raw: 2)

  /// How much a pipe that is ready takes without blocking (POSIX `PIPE_BUF`).
  ///
  /// Descriptors stay in blocking mode: they may be shared with the shell that started us, and
  /// `O_NONBLOCK` would change them for the shell too.
  static let atomicWrite = Int(PIPE_BUF)

  let raw: Int32

  /// Up to `count` bytes: empty at the end of the stream, `nil` where reading failed.
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

  /// How many of `bytes` were taken, or `nil` where the reader is gone (EPIPE) or writing failed.
  func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    var result = -1
    repeat {
      result = unsafe bytes.withUnsafeBytes { unsafe systemWrite(raw, $0.baseAddress, $0.count) }
    } while result < 0 && errno == EINTR
    return result < 0 ? nil : result
  }

  var isTerminal: Bool { isatty(raw) == 1 }

  /// What a descriptor is ready for.
  struct Readiness {
    var readable = false
    var writable = false
    /// The other side is gone, or the descriptor is not open.
    var broken = false
  }

  enum Interest {
    case ignored, reading, writing
    /// Only whether the other side is still there.
    case breakage
  }

  /// Waits until something is ready, for `milliseconds` at most (-1: without end).
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
      // `poll` passes over negative descriptors; a pipe at its end would wake it again and again.
      return pollfd(
        fd: interest == .ignored ? -1 : descriptor.raw, events: Int16(events), revents: 0)
    }
    guard unsafe poll(&entries, nfds_t(entries.count), milliseconds) > 0 else {
      return interests.map { _ in Readiness() }
    }
    return zip(entries, interests).map { entry, wanted in
      let seen = Int32(entry.revents)
      return Readiness(
        // A pipe whose writer is gone reports only POLLHUP; reading then gives its end.
        readable: wanted.1 == .reading && seen & (Int32(POLLIN) | Int32(POLLHUP)) != 0,
        writable: wanted.1 == .writing && seen & Int32(POLLOUT) != 0,
        broken: seen & (Int32(POLLERR) | Int32(POLLNVAL)) != 0
          || wanted.1 != .reading && seen & Int32(POLLHUP) != 0)
    }
  }

  /// Both ends of a new pipe, or `nil` where no descriptor is left.
  static func pipe() -> (reading: FileDescriptor, writing: FileDescriptor)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe systemPipe(&ends) == 0 else { return nil }
    return (FileDescriptor(raw: ends[0]), FileDescriptor(raw: ends[1]))
  }
}

// The methods above have the names of the system calls, which only these see.
private func systemRead(_ fd: Int32, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(fd, to, count)
}

private func systemWrite(_ fd: Int32, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(fd, from, count)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { unsafe pipe(ends) }
