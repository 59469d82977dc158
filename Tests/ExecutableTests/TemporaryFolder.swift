import Foundation

/// A folder of one test, which is removed with it.
final class TemporaryFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "calculator-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file atomically that only its owner may read. Returns its path.
  @discardableResult
  func write(_ name: String, _ content: String) throws -> String {
    let new = url.appending(path: name + ".new")
    try Data(content.utf8).write(to: new)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: new.path)
    guard rename(new.path, path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return path(name)
  }
}
