package import Foundation
private import SystemC

/// A folder that is removed with this object.
package final class TemporaryFolder: Sendable {
  package let url = FileManager.default.temporaryDirectory.appending(
    path: "calculator-\(UUID().uuidString)")

  package init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func path(_ name: String = "state.db") -> String { url.appending(path: name).path }

  /// Writes a file atomically that only its owner may read. Returns its path.
  @discardableResult
  package func write(_ name: String, _ content: String) throws -> String {
    let new = path(name + ".new")
    try Data(content.utf8).write(to: URL(filePath: new))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: new)
    guard unsafe rename(new, path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return path(name)
  }
}
