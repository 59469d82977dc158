import Foundation
import Support
import TestSupport
import Testing

@testable import State

struct DatabaseTests {
  static let one = Schema(versions: [["CREATE TABLE a (x ANY) STRICT"]])
  static let two = Schema(
    versions: one.versions + [["ALTER TABLE a ADD y TEXT", "INSERT INTO a VALUES (1, 'm')"]])

  private func opening(_ path: String, _ schema: Schema = one) -> StateError? {
    do throws(StateError) {
      _ = try Database(path: path, schema: schema)
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"),
    ("secure_delete", "1"), ("fullfsync", "1"), ("busy_timeout", "5000"),
  ])
  func settings(_ name: String, _ value: String) throws {
    let folder = try TemporaryFolder()
    let database = try Database(path: folder.path(), schema: Self.one)
    let found = try database.read { (connection) throws(StateError) in
      try connection.first("PRAGMA \(name)") { (row) throws(StateError) in
        if let text = try? row.text(0) { text } else { String(try row.integer(0)) }
      }
    }
    #expect(found == value)
  }

  @Test func storesEachKindOfValue() throws {
    let database = try Database(path: ":memory:", schema: Self.one)
    let values: [SQLValue] = [
      .null, .integer(.min), .integer(.max), .text(""), .text("é\0\u{1F600}"), .bytes([]),
      .bytes([0, 255]),
    ]
    try database.transaction { (connection) throws(StateError) in
      for value in values { try connection.run("INSERT INTO a VALUES (?)", [value]) }
    }
    let found = try database.read { (connection) throws(StateError) in
      try connection.rows("SELECT x FROM a ORDER BY rowid") { (row) throws(StateError) in
        if row.isNull(0) { return "null" }
        if let number = try? row.integer(0) { return "\(number)" }
        if let text = try? row.text(0) { return "'\(text)'" }
        return "\(try row.bytes(0))"
      }
    }
    #expect(
      found == [
        "null", "\(Int.min)", "\(Int.max)", "''", "'é\0\u{1F600}'", "[]", "[0, 255]",
      ])
  }

  /// SQLite would convert it.
  @Test func aValueOfAnotherTypeIsDamage() throws {
    let database = try Database(path: ":memory:", schema: Self.one)
    let reads: [(String, @Sendable (borrowing Row) throws(StateError) -> Void)] = [
      ("SELECT '1'", { (row) throws(StateError) in _ = try row.integer(0) }),
      ("SELECT 1", { (row) throws(StateError) in _ = try row.text(0) }),
      ("SELECT 'a'", { (row) throws(StateError) in _ = try row.bytes(0) }),
      ("SELECT NULL", { (row) throws(StateError) in _ = try row.text(0) }),
      ("SELECT CAST(x'FF' AS TEXT)", { (row) throws(StateError) in _ = try row.text(0) }),
      ("SELECT x'00'", { (row) throws(StateError) in _ = try row.digest(0) }),
    ]
    for (sql, read) in reads {
      #expect(throws: StateError.damaged, "\(sql)") {
        try database.transaction { (connection) throws(StateError) in
          _ = try connection.first(sql, read: read)
        }
      }
    }
  }

  @Test func aTransactionThatThrowsChangesNothing() throws {
    let database = try Database(path: ":memory:", schema: Self.one)
    #expect(throws: StateError.full) {
      try database.transaction { (connection) throws(StateError) in
        try connection.run("INSERT INTO a VALUES (1)")
        throw StateError.full
      }
    }
    let count = try database.transaction { (connection) throws(StateError) in
      try connection.count("SELECT count(*) FROM a")
    }
    #expect(count == 0)
  }

  @Test func runReturnsTheNumberOfChanges() throws {
    let database = try Database(path: ":memory:", schema: Self.one)
    let counts = try database.transaction { (connection) throws(StateError) in
      [
        try connection.run("INSERT INTO a VALUES (1), (2)"),
        try connection.run("UPDATE a SET x = 3 WHERE x = 9"),
        try connection.run("CREATE TABLE b (x)"),
        try connection.run("DELETE FROM a WHERE x = 1"),
      ]
    }
    #expect(counts == [2, 0, 0, 1])
  }

  // MARK: Versions

  @Test func anOlderSchemaIsMigrated() throws {
    let folder = try TemporaryFolder()
    let older = try Database(path: folder.path(), schema: Self.one)
    try older.transaction { (connection) throws(StateError) in
      _ = try connection.run("INSERT INTO a VALUES (7)")
    }
    for _ in 0..<2 {
      let database = try Database(path: folder.path(), schema: Self.two)
      let rows = try database.read { (connection) throws(StateError) in
        try connection.rows("SELECT x FROM a ORDER BY rowid") { (row) throws(StateError) in
          try row.integer(0)
        }
      }
      #expect(rows == [7, 1])
    }
  }

  @Test func aNewerSchemaIsRefusedAndNotChanged() throws {
    let folder = try TemporaryFolder()
    let path = folder.path()
    _ = try Database(path: path, schema: Self.two)
    let before = try Data(contentsOf: URL(filePath: path))
    #expect(opening(path) == .newerSchema(2))
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  /// ATTACKS O84
  @Test(arguments: [
    "CREATE TABLE b (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 7",
  ])
  func theDatabaseOfAnotherProgramIsRefusedAndNotChanged(_ sql: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path()
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(unsafe chmod(path, 0o600) == 0)
    do {
      var connection = try Connection(path: path)
      try connection.run(sql)
    }
    let before = try Data(contentsOf: URL(filePath: path))
    #expect(opening(path) == .otherDatabase)
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  /// Two processes that start at the same time.
  @Test func aNewFileMayBeOpenedByManyAtOnce() async throws {
    for _ in 0..<10 {
      let folder = try TemporaryFolder()
      let path = folder.path()
      let errors = await withTaskGroup(of: StateError?.self) { group in
        for _ in 0..<8 { group.addTask { opening(path, Self.two) } }
        return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
      }
      #expect(errors == [])
    }
  }

  @Test(arguments: [
    (Int32(5), StateError.busy), (261, .busy), (6, .busy), (13, .diskFull), (11, .damaged),
    (26, .damaged),
    (14, .unreadable), (1550, .symbolicLink), (8, .readOnly), (18, .tooLarge), (1555, .exists),
    (2067, .exists), (787, .failed(code: 787)), (10, .failed(code: 10)), (7, .failed(code: 7)),
  ])
  func resultCodes(_ code: Int32, _ error: StateError) {
    #expect(StateError(code) == error)
  }
}
