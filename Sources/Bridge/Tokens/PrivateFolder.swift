private import Support
private import SystemC

/// Why a file or a folder is not used.
enum PrivateFileFault: Error, Sendable, Equatable {
  case missing, symbolicLink, otherOwner, openToOthers, notRegular, tooLarge, unavailable

  /// What is wrong, and what fixes it. `nil` if nothing is wrong.
  func sentence(about path: String) -> String? {
    let path = PrivateFolder.printable(path)
    return switch self {
    case .missing: nil
    case .symbolicLink: "'\(path)' is a symbolic link; replace it by a folder or a file"
    case .otherOwner: "'\(path)' belongs to another user; remove it"
    case .openToOthers:
      "other users can read or write '\(path)'; fix: chmod go= '\(path)', and sign in again if it was read"
    case .notRegular: "'\(path)' is not of the right kind; remove it"
    case .tooLarge: "'\(path)' is too large; remove it"
    case .unavailable: "'\(path)' cannot be read or written; correct its rights, or free space"
    }
  }
}

/// A folder that only its owner can read and write, with files of the same kind.
///
/// Every file is opened relative to the descriptor of the folder, and is checked after it was
/// opened. Between a check and a use no other file can take its place. The file is longer than 150
/// lines because it has every system call of the store.
struct PrivateFolder: ~Copyable {
  /// The most names that `names` returns.
  private static let mostNames = 4096

  private let descriptor: Int32

  deinit { _ = close(descriptor) }

  /// Opens the folder.
  /// - Parameters:
  ///   - path: absolute. Only its last part must not be a symbolic link.
  ///   - creates: whether it is made if it is missing, with mode 0700, and the folders above it.
  init(_ path: String, creates: Bool) throws(PrivateFileFault) {
    guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { throw .unavailable }
    if creates { Self.create(path) }
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      if Self.isLink(path) { throw .symbolicLink }  // CWE-59
      throw code == ENOENT && !creates ? .missing : .unavailable
    }
    do throws(PrivateFileFault) {
      try Self.check(descriptor, S_IFDIR)
    } catch {
      _ = close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  private static func create(_ path: String) {
    let bytes = Array(path.utf8)
    let ends = bytes.indices.dropFirst().filter { bytes[$0] == UInt8(ascii: "/") }
    for end in ends { _ = unsafe mkdir(String(decoding: bytes[..<end], as: UTF8.self), 0o700) }
    _ = unsafe mkdir(path, 0o700)  // an error shows when the folder is opened
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private static func check(_ descriptor: Int32, _ kind: mode_t) throws(PrivateFileFault) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unavailable }
    guard status.st_mode & S_IFMT == kind else { throw .notRegular }
    guard status.st_uid == geteuid() else { throw .otherOwner }  // CWE-283, ATTACKS O172
    guard status.st_mode & 0o077 == 0 else { throw .openToOthers }  // CWE-732, ATTACKS O172
  }

  /// The contents of a file; `nil` if there is none.
  /// - Parameter limit: in bytes.
  func read(_ name: String, limit: Int) throws(PrivateFileFault) -> [UInt8]? {
    guard let file = try file(name, O_RDONLY) else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = unsafe SystemC.read(file, &chunk, chunk.count)
      guard count >= 0 else { throw .unavailable }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .tooLarge }
    }
  }

  /// Replaces a file. After a crash there is the old or the new one.
  /// - Parameter temporary: a name that no file has.
  func replace(
    _ name: String, by bytes: [UInt8], temporary: String
  ) throws(PrivateFileFault) {
    let file = unsafe openat(
      descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .unavailable }
    // The umask may have removed rights of the owner.
    var isWritten = fchmod(file, 0o600) == 0
    var rest = bytes[...]
    while isWritten, !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe SystemC.write(file, $0.baseAddress, $0.count)
      }
      isWritten = count > 0
      rest = rest.dropFirst(max(count, 0))
    }
    // Before the new name: otherwise a crash could leave an empty file under it.
    isWritten = isWritten && fsync(file) == 0
    isWritten = close(file) == 0 && isWritten
    guard isWritten, unsafe renameat(descriptor, temporary, descriptor, name) == 0 else {
      _ = unsafe unlinkat(descriptor, temporary, 0)
      throw .unavailable
    }
    _ = fsync(descriptor)
  }

  func remove(_ name: String) throws(PrivateFileFault) {
    guard unsafe unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .unavailable }
  }

  /// The names of the files, without a limit of time: the folder is local.
  func names() throws(PrivateFileFault) -> [String] {
    let copy = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { throw .unavailable }
    guard let stream = unsafe fdopendir(copy) else {
      close(copy)
      throw .unavailable
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < Self.mostNames, let entry = unsafe readdir(stream) {
      // The record may be shorter than its type, so it is not copied.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
      let start = unsafe UnsafeRawPointer(entry) + offset
      names.append(unsafe String(cString: start.assumingMemoryBound(to: CChar.self)))
    }
    return names.sorted()
  }

  /// Tries to take the lock of a file, which is made if it is missing.
  ///
  /// The lock belongs to the descriptor (flock(2)): it also keeps other tasks of this process out,
  /// and ends with the process.
  /// - Returns: the descriptor, which the caller closes; `nil` if another one has the lock.
  func tryLock(_ name: String) throws(PrivateFileFault) -> Int32? {
    guard let file = try file(name, O_RDWR | O_CREAT) else { throw .unavailable }
    if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
    let code = errno
    close(file)
    guard code == EWOULDBLOCK || code == EINTR else { throw .unavailable }
    return nil
  }

  private func file(_ name: String, _ flags: Int32) throws(PrivateFileFault) -> Int32? {
    // Without O_NONBLOCK, opening a FIFO waits until another process writes to it.
    let file = unsafe openat(
      descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      switch errno {
      case ENOENT: return nil
      case ELOOP: throw .symbolicLink  // CWE-59, ATTACKS O172
      default: throw .unavailable
      }
    }
    do throws(PrivateFileFault) {
      try Self.check(file, S_IFREG)
    } catch {
      close(file)
      throw error
    }
    return file
  }

  /// A control character or a quote becomes `?`: a path must not add a line to the output, and the
  /// command of a sentence can be pasted into a shell.
  static func printable(_ path: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in path.unicodeScalars {
      let isPlain = scalar.properties.generalCategory != .control && scalar != "'"
      scalars.append(isPlain ? scalar : "?")
    }
    return String(scalars)
  }
}
