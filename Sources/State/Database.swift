private import Support
internal import Synchronization
private import SystemC

/// A database of SQLite: a file, or memory. One thread at a time uses its connection; the others wait.
final class Database: Sendable {
  /// The database of a path that is not a file.
  static let inMemory = ":memory:"

  private let connection: Mutex<Connection>

  /// Opens the database, creates it if there is none, and brings its schema to the newest version.
  /// - Parameters:
  ///   - path: a file, or `:memory:`.
  ///   - schema: the versions of the schema.
  /// - Throws: each case under "The file" of `StateError`, `busy`, `diskFull` or `readOnly`
  init(path: String, schema: Schema) throws(StateError) {
    let file = path.utf8.elementsEqual(Self.inMemory.utf8) ? nil : try StateFile.prepare(path)
    var connection = try Connection(path: file)
    // https://sqlite.org/security.html: no function of a hostile schema runs.
    try connection.run("PRAGMA trusted_schema = OFF")
    try connection.run("PRAGMA foreign_keys = ON")
    // What was deleted leaves the file at the next checkpoint.
    try connection.run("PRAGMA secure_delete = ON")
    // Before the first change of the file. DEFERRED takes no lock for writing.
    try Self.transaction(&connection, begin: "BEGIN DEFERRED") { (connection) throws(StateError) in
      _ = try schema.version(of: &connection)
    }
    if file != nil { try Self.useWriteAheadLog(&connection) }
    // In a write-ahead log, FULL syncs at each commit (https://sqlite.org/pragma.html#pragma_synchronous).
    try connection.run("PRAGMA synchronous = FULL")
    // Without it, macOS leaves the bytes in the cache of the disk.
    try connection.run("PRAGMA fullfsync = ON")
    try Self.transaction(&connection) { (connection) throws(StateError) in
      try schema.migrate(&connection)
    }
    self.connection = Mutex(connection)
  }

  /// Runs `body` as one transaction: all of its changes are on the disk when this returns, or none
  /// is made.
  ///
  /// `body` gets the connection, which has no `transaction`, so a transaction contains no other.
  /// - Throws: what `body` throws, `busy`, `diskFull`, `readOnly`, `damaged` or `failed`
  func transaction<Result: Sendable>(
    _ body: (inout sending Connection) throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try connection.withLock { (connection) throws(StateError) in
      try Self.transaction(&connection, body)
    }
  }

  /// Runs one statement that only reads.
  func read<Result: Sendable>(
    _ body: (inout sending Connection) throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try connection.withLock { (connection) throws(StateError) in try body(&connection) }
  }

  /// - Parameter begin: IMMEDIATE takes the lock for writing before the first read. Otherwise two
  ///   processes could read the same code as unused.
  private static func transaction<Result>(
    _ connection: inout sending Connection, begin: String = "BEGIN IMMEDIATE",
    _ body: (inout sending Connection) throws(StateError) -> Result
  ) throws(StateError) -> Result {
    try connection.run(begin)
    do {
      let result = try body(&connection)
      try connection.run("COMMIT")
      return result
    } catch {
      // Some errors have ended the transaction. If this fails, the next BEGIN fails.
      if connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
      throw error
    }
  }

  /// The mode is stored in the file. While another process changes it, SQLite may throw `busy` without
  /// waiting. So the waiting is done here, and lasts as long as that of a statement.
  private static func useWriteAheadLog(_ connection: inout Connection) throws(StateError) {
    connection.setBusyTimeout(0)
    defer { connection.setBusyTimeout(Connection.busyTimeout) }
    for _ in 0..<Connection.busyTimeout / 20 {
      let mode: String?
      do throws(StateError) {
        mode = try connection.first("PRAGMA journal_mode = WAL") {
          (row) throws(StateError) in try row.text(0)
        }
      } catch {
        guard error == .busy else { throw error }
        usleep(20_000)
        continue
      }
      // SQLite returns the old mode if the file system cannot share memory.
      guard mode == "wal" else { throw .unsupported }
      return
    }
    throw .busy
  }
}
