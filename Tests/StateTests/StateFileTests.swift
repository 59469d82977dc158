import Foundation
import Support
import TestSupport
import Testing

@testable import State

struct StateFileTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path()
  }

  private func error(_ path: String? = nil) -> StateError? {
    do throws(StateError) {
      _ = try AuthorizationState(path: path ?? self.path)
      return nil
    } catch { return error }
  }

  /// CWE-732
  @Test func onlyTheOwnerMayReadTheFiles() throws {
    let state = try AuthorizationState(path: path)
    try state.setMeta("issuer", "i")
    for suffix in ["", "-wal", "-shm"] {
      #expect(mode(of: path + suffix) == 0o600, "\(suffix)")
    }
  }

  @Test func theStateOutlivesTheConnection() throws {
    try AuthorizationState(path: path).setMeta("issuer", "i")
    #expect(try AuthorizationState(path: path).meta("issuer") == "i")
    // The last connection removes it, and what was deleted with it.
    #expect(mode(of: path + "-wal") == nil)
  }

  /// CWE-732: also the bits that give no right to read.
  /// ATTACKS O84
  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o660, 0o666, 0o4777])
  func rightsOfOthersAreRefused(_ mode: Int) throws {
    _ = try AuthorizationState(path: path)
    #expect(unsafe chmod(path, mode_t(mode)) == 0)
    #expect(error() == .notPrivate(mode: mode))
  }

  /// CWE-59: a link to a good file, to nothing, and to itself.
  /// ATTACKS O84
  @Test(arguments: ["good.db", "missing.db", "state.db"])
  func aSymbolicLinkIsRefused(_ target: String) throws {
    _ = try AuthorizationState(path: folder.path("good.db"))
    #expect(unsafe symlink(folder.path(target), path) == 0)
    #expect(error() == .symbolicLink)
    #expect(mode(of: folder.path("missing.db")) == nil)
  }

  /// CWE-59: SQLite would write to the file that a link beside the database names.
  /// ATTACKS O84
  @Test(arguments: ["-wal", "-shm", "-journal"])
  func aSymbolicLinkBesideTheFileIsRefused(_ suffix: String) throws {
    let other = folder.path("other")
    try Data("other".utf8).write(to: URL(filePath: other))
    #expect(unsafe symlink(other, path + suffix) == 0)
    #expect(error() == .symbolicLink)
    #expect(try Data(contentsOf: URL(filePath: other)) == Data("other".utf8))
  }

  @Test func aFolderMayBeALink() throws {
    let link = folder.path("link")
    #expect(unsafe symlink(folder.url.path, link) == 0)
    #expect(error(link + "/state.db") == nil)
    #expect(mode(of: path) == 0o600)
  }

  /// CWE-283
  /// ATTACKS O84
  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func theFileOfAnotherIsRefused() throws {
    _ = try AuthorizationState(path: path)
    #expect(unsafe chown(path, 65_534, 65_534) == 0)
    #expect(error() == .otherOwner)
  }

  @Test func aFolderIsRefused() throws {
    #expect(unsafe mkdir(path, 0o700) == 0)
    #expect(error() == .notRegular)
  }

  @Test func aPipeIsRefused() throws {
    #expect(unsafe mkfifo(path, 0o600) == 0)
    #expect(error() == .notRegular)
  }

  @Test(arguments: ["", "missing/state.db", "folder/", "a\0b", "state.db/x"])
  func aPathOfNoFileIsRefused(_ name: String) throws {
    #expect(unsafe mkdir(folder.path("folder"), 0o700) == 0)
    _ = try AuthorizationState(path: path)
    #expect(error(name.isEmpty ? "" : folder.url.path + "/" + name) == .unreadable)
  }

  @Test func aFileOfOtherContentIsDamaged() throws {
    let text = Data(repeating: 0x61, count: 4096)
    try text.write(to: URL(filePath: path))
    #expect(unsafe chmod(path, 0o600) == 0)
    #expect(error() == .damaged)
    #expect(try Data(contentsOf: URL(filePath: path)) == text)
  }

  /// A killed process may leave it.
  @Test func anEmptyFileIsNew() throws {
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(unsafe chmod(path, 0o600) == 0)
    #expect(error() == nil)
  }
}
