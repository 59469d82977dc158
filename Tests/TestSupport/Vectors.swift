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
  package static let hint = "no test vectors: fetch them with: make vectors"

  /// The files of one folder, in the order of their names.
  package static func files(in folder: String) throws -> [URL] {
    guard let directory else { return [] }
    return try FileManager.default.contentsOfDirectory(
      at: directory.appending(path: folder), includingPropertiesForKeys: nil
    ).sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
