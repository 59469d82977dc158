private import SystemC
private import Support

/// The file of the state, which only its owner may read or write.
///
/// SQLite would follow a symbolic link, and would create the file with the rights that the umask
/// leaves.
enum StateFile {
  /// The files that SQLite keeps beside a database (https://sqlite.org/tempfiles.html).
  private static let suffixes = ["-wal", "-shm", "-journal"]

  /// Creates the file if there is none, and checks it.
  ///
  /// An existing file is never opened here. `close` would end the locks that other connections of
  /// this process have on it (https://sqlite.org/howtocorrupt.html, §2.2).
  /// - Returns: the absolute path, without symbolic links.
  /// - Throws: `unreadable`, `notRegular`, `symbolicLink`, `otherOwner` or `notPrivate`
  static func prepare(_ path: String) throws(StateError) -> String {
    let path = try resolved(path)
    if try mode(of: path) == nil { try create(path) }
    guard try mode(of: path) != nil else { throw .unreadable }
    for suffix in suffixes { _ = try mode(of: path + suffix) }
    return path
  }

  /// The path with the real path of its folder. With SQLITE_OPEN_NOFOLLOW, SQLite refuses a symbolic
  /// link in any part of the path, and a folder may be one.
  private static func resolved(_ path: String) throws(StateError) -> String {
    let bytes = Array(path.utf8)
    guard !bytes.contains(0) else { throw .unreadable }
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let name = bytes[(slash.map { $0 + 1 } ?? 0)...]
    guard !name.isEmpty else { throw .unreadable }
    let folder = slash.map { String(decoding: bytes[...$0], as: UTF8.self) } ?? "."
    guard let real = unsafe realpath(folder, nil) else { throw .unreadable }
    defer { unsafe free(real) }
    return unsafe String(cString: real) + "/" + String(decoding: name, as: UTF8.self)
  }

  private static func create(_ path: String) throws(StateError) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if file < 0 {
      // Another process was faster. Its file is checked like every other.
      guard errno == EEXIST else { throw .unreadable }
      return
    }
    defer { close(file) }
    // The umask may have removed rights of the owner.
    guard fchmod(file, 0o600) == 0 else { throw .unreadable }
  }

  /// The mode of the file; `nil` if there is none.
  private static func mode(of path: String) throws(StateError) -> mode_t? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw .unreadable
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFLNK else { throw .symbolicLink }  // CWE-59
    guard kind == S_IFREG else { throw .notRegular }
    guard status.st_uid == geteuid() else { throw .otherOwner }  // CWE-283
    let mode = status.st_mode & 0o7777
    guard mode & 0o077 == 0 else { throw .notPrivate(mode: Int(mode)) }  // CWE-732
    return mode
  }
}
