private import SystemC
private import Support

/// The content of a small file, and the rights of users other than its owner.
package struct SecretFile {
  /// UTF-8, without a byte-order mark at the start.
  package let bytes: [UInt8]
  let isReadableByOthers: Bool
  let isWritableByOthers: Bool

  enum Failure: Error { case unreadable, notRegular, tooLarge, notUTF8 }

  /// Reads a regular file, or a symbolic link to one. Opening and reading never block.
  /// - Throws: `Failure`
  init(path: String, maximumLength: Int) throws(Failure) {
    // Without O_NONBLOCK, opening a FIFO waits until another process writes to it. ATTACKS G2
    let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      // A socket in the file system cannot be opened.
      throw errno == ENXIO || errno == EOPNOTSUPP ? .notRegular : .unreadable
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw .unreadable }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }  // ATTACKS G2
    isReadableByOthers = status.st_mode & (S_IRGRP | S_IROTH) != 0
    isWritableByOthers = status.st_mode & (S_IWGRP | S_IWOTH) != 0

    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = unsafe read(file, &chunk, chunk.count)
      guard count >= 0 else { throw .unreadable }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > maximumLength { throw .tooLarge }
    }
    // Editors on Windows write a byte-order mark at the start, and CRLF at the end of lines.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
    self.bytes = bytes
  }

  var endsWithLineEnd: Bool { bytes.last == UInt8(ascii: "\n") }

  var lines: [ArraySlice<UInt8>] { Self.lines(of: bytes) }

  /// The lines, without LF or CRLF.
  static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
    }
  }
}
