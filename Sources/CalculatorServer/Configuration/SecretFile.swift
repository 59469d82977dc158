#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

/// A small file as it stands on the disk, and whether others than its owner may read it.
package struct SecretFile {
  /// In bytes.
  package static let maximumLength = 1 << 16

  package let text: String
  package let isReadableByOthers: Bool

  enum Failure: Error { case unreadable, tooLarge, notUTF8 }

  /// - Throws: `Failure`
  init(path: String, maximumLength: Int = SecretFile.maximumLength) throws(Failure) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      throw .unreadable
    }
    isReadableByOthers = status.st_mode & (S_IRGRP | S_IROTH) != 0

    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = unsafe read(file, &chunk, chunk.count)
      guard count >= 0 else { throw .unreadable }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > maximumLength { throw .tooLarge }
    }
    // Editors on Windows put a byte-order mark in front and CRLF at the ends.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    self.text = text
  }

  /// The lines, without LF or CRLF.
  package var lines: [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }
}
