import Crypto
import Support
import TestSupport
import Testing

@testable import State

/// A file that an earlier version of this program has made.
struct MigrationTests {
  /// A change of a version that was released would leave the files as they are, and the program would
  /// believe that they have changed.
  @Test func theFirstVersionIsTheReleasedOne() {
    let text = Schema.authorization.versions[0].joined(separator: ";\n")
    #expect(
      SHA256Digest(of: text.utf8).hexadecimal
        == "d6f1c34a0f1d79398f6707c8f1a5eacc11f52f8342ff783684b31e7a88c8305b")
  }

  @Test func aFileOfTheFirstVersionIsMigrated() throws {
    let folder = try TemporaryFolder()
    do {
      let first = try Database(
        path: folder.path(), schema: Schema(versions: [Schema.authorization.versions[0]]))
      try first.transaction { (connection) throws(StateError) in
        try connection.run("INSERT INTO meta VALUES ('issuer', 'i')")
        try connection.run(
          "INSERT INTO clients VALUES ('c', 'C', '[]', '[]', '[]', NULL, 1, 5, NULL)")
      }
    }
    // Twice: the second time there is nothing to do.
    for generation in 1...2 {
      let state = try AuthorizationState(path: folder.path())
      #expect(try state.meta("issuer") == "i")
      #expect(try state.clients().map(\.id) == ["c"])
      #expect(try state.connect("\(generation)") == generation)
      try state.begin(.sample("\(generation)", user: "\(generation)"), now: 0)
      try state.database.read { (connection) throws(StateError) in
        #expect(try connection.count("PRAGMA user_version") == 2)
        #expect(try connection.rowCount(of: "clients") == 1)
        #expect(try connection.rowCount(of: "upstream_connections") == generation)
        #expect(try connection.rowCount(of: "upstream_flows") == generation)
      }
    }
  }
}
