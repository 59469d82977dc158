package import Foundation

/// Test vectors of other projects: in `$CALCULATOR_VECTORS`, else in `.vectors`, where `make
/// vectors` puts them, else in `../shared/vectors`.
package enum Vectors {
  package static let directory: URL? = {
    let root = Repository.root
    let candidates =
      ProcessInfo.processInfo.environment["CALCULATOR_VECTORS"].map { [URL(filePath: $0)] }
      ?? [
        root.appending(path: ".vectors"),
        root.deletingLastPathComponent().appending(path: "shared/vectors"),
      ]
    return candidates.first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  package static var areThere: Bool { directory != nil }
  /// Whether the folder has every file of `scripts/vectors.sha256`. A folder that was filled before
  /// the table grew lacks some.
  package static let areComplete: Bool = {
    let table = Repository.root.appending(path: "scripts/vectors.sha256")
    guard let directory, let text = try? String(contentsOf: table, encoding: .utf8) else {
      return false
    }
    return text.split(separator: "\n").allSatisfy { line in
      let file = line.split(separator: " ").last.map(String.init) ?? ""
      return FileManager.default.fileExists(atPath: directory.appending(path: file).path)
    }
  }()
  package static let hint = "no test vectors: fetch them with: make vectors"

  /// The files of one folder, in the order of their names.
  package static func files(in folder: String) throws -> [URL] {
    guard let directory else { return [] }
    return try FileManager.default.contentsOfDirectory(
      at: directory.appending(path: folder), includingPropertiesForKeys: nil
    ).sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
