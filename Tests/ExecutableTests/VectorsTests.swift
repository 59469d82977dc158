import Foundation
import TestSupport
import Testing

/// `make vectors`: it installs all files or none, each with the checksum of the table.
struct VectorsTests {
  static let script = Repository.root.appending(path: "scripts/vectors.sh").path

  /// A folder with the layout of the repositories, made from the available vectors.
  static func standIn(in folder: TemporaryFolder) throws -> String {
    let text = try String(contentsOfFile: script, encoding: .utf8)
    func place(of name: String) throws -> String {
      let line = try #require(
        text.split(separator: "\n").first { String($0).hasPrefix("\(name)=") })
      return String(line.dropFirst(name.count + 1))
    }
    func write(_ data: Data, to place: String) throws {
      let file = folder.url.appending(path: place)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
    for file in try Vectors.files(in: "wycheproof") {
      try write(
        try Data(contentsOf: file), to: "\(try place(of: "wycheproof"))/\(file.lastPathComponent)")
    }
    for file in try Vectors.files(in: "mcp-schema") {
      let revision = file.deletingPathExtension().lastPathComponent
      try write(
        try Data(contentsOf: file), to: "\(try place(of: "schemas"))/\(revision)/schema.json")
    }
    for file in try Vectors.files(in: "json") {
      try write(
        try Data(contentsOf: file), to: "JSONTestSuite-0/test_parsing/\(file.lastPathComponent)")
    }
    let archive = try place(of: "suite")
    try write(Data(), to: archive)
    let packed = try Command.run(
      "tar", ["-czf", folder.path(archive), "-C", folder.url.path, "JSONTestSuite-0"])
    #expect(packed.status == 0, "\(packed.errors)")
    return folder.url.absoluteString
  }

  static func fetch(from address: String, into folder: String) throws -> Command.Result {
    var environment = ProcessInfo.processInfo.environment
    environment["VECTORS_URL"] = address
    return try Command.run(script, [folder], environment: environment)
  }

  @Test(.enabled(if: Vectors.areComplete, "\(Vectors.hint)"))
  func fetchesEveryFileAndRefusesAnAlteredOne() throws {
    let folder = try TemporaryFolder()
    let address = try Self.standIn(in: folder)
    let fetched = try Self.fetch(from: address, into: folder.path("fetched"))
    #expect(fetched.status == 0, "\(fetched.errors)")
    let checked = try Command.run(Self.script, ["check", folder.path("fetched")])
    #expect(checked.status == 0, "\(checked.errors)")

    let altered = "mcp-schema/2025-11-25.json"
    let schema = try #require(
      FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL }.first { $0.path.hasSuffix("2025-11-25/schema.json") })
    try Data("{}".utf8).write(to: schema)
    let refused = try Self.fetch(from: address, into: folder.path("refused"))
    #expect(refused.status == 1)
    #expect(refused.errors.contains("\(altered) is missing or is not the file"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("refused")), "all or none")
  }

  /// It prints one sentence with the address, and leaves no folder that later runs would use.
  @Test func saysInOneSentenceThatTheNetworkIsMissing() throws {
    let folder = try TemporaryFolder()
    let result = try Self.fetch(from: "file:///nowhere", into: folder.path("fetched"))
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("vectors: could not fetch file:///nowhere/"))
    #expect(result.errors.hasSuffix("; without the vectors some tests are skipped\n"))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path("fetched")))
  }
}
