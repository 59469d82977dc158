internal import CSQLite
private import Support

/// One connection to a database, with its prepared statements. One thread at a time may use it.
@safe struct Connection: ~Copyable {
  private let handle: OpaquePointer
  /// The statements by their text. The texts are constants of this module, so their number is bounded.
  private var statements: [String: OpaquePointer] = unsafe [:]

  /// In milliseconds.
  static let busyTimeout: Int32 = 5000

  /// - Parameter path: an existing file; `nil` for a database in memory.
  init(path: String?) throws(StateError) {
    guard sqlite3_threadsafe() != 0 else { throw .unsupported }
    // A connection needs no lock of its own: the mutex of `Database` protects it.
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      | (path == nil ? SQLITE_OPEN_MEMORY : SQLITE_OPEN_NOFOLLOW)
    var handle: OpaquePointer?
    let code = unsafe sqlite3_open_v2(path ?? ":memory:", &handle, flags, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      unsafe sqlite3_close_v2(handle)
      throw StateError(code)
    }
    unsafe self.handle = unsafe handle
    setBusyTimeout(Self.busyTimeout)
  }

  deinit {
    unsafe statements.values.forEach { _ = unsafe sqlite3_finalize($0) }
    unsafe sqlite3_close_v2(handle)
  }

  /// How long a statement waits for other connections, in milliseconds.
  func setBusyTimeout(_ timeout: Int32) { unsafe sqlite3_busy_timeout(handle, timeout) }

  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Runs a statement, and reads each row.
  mutating func rows<Element>(
    _ sql: String, _ values: [SQLValue] = [],
    read: (borrowing Row) throws(StateError) -> Element
  ) throws(StateError) -> [Element] {
    let statement = unsafe try prepared(sql)
    // The bindings may be secrets, and an active statement would keep a lock.
    defer {
      unsafe sqlite3_reset(statement)
      unsafe sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      unsafe try bind(value, to: Int32(index + 1), of: statement)
    }
    var elements: [Element] = []
    while true {
      switch unsafe sqlite3_step(statement) {
      case SQLITE_ROW: elements.append(try read(unsafe Row(statement)))
      case SQLITE_DONE: return elements
      case let code: throw StateError(code)
      }
    }
  }

  /// Runs a statement, and reads its first row; `nil` without a row.
  mutating func first<Element>(
    _ sql: String, _ values: [SQLValue] = [],
    read: (borrowing Row) throws(StateError) -> Element
  ) throws(StateError) -> Element? {
    try rows(sql, values, read: read).first
  }

  /// Runs a statement.
  /// - Returns: the number of rows that it inserted, updated or deleted itself.
  @discardableResult
  mutating func run(_ sql: String, _ values: [SQLValue] = []) throws(StateError) -> Int {
    let before = unsafe sqlite3_total_changes64(handle)
    _ = try rows(sql, values) { _ in }
    // The count of changes is that of an earlier statement if this one changed nothing.
    guard unsafe sqlite3_total_changes64(handle) != before else { return 0 }
    return unsafe Int(sqlite3_changes64(handle))
  }

  private mutating func prepared(_ sql: String) throws(StateError) -> OpaquePointer {
    if let statement = unsafe statements[sql] { return unsafe statement }
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement = unsafe statement else { throw StateError(code) }
    unsafe statements[sql] = unsafe statement
    return unsafe statement
  }

  private func bind(_ value: SQLValue, to index: Int32, of statement: OpaquePointer)
    throws(StateError)
  {
    let code: Int32
    switch value {
    case .null: code = unsafe sqlite3_bind_null(statement, index)
    case .integer(let number): code = unsafe sqlite3_bind_int64(statement, index, Int64(number))
    case .text(let text):
      guard let length = Int32(exactly: text.utf8.count) else { throw .tooLarge }
      code = unsafe csqlite_bind_text(statement, index, text, length)
    case .bytes(let bytes):
      guard let length = Int32(exactly: bytes.count) else { throw .tooLarge }
      code = unsafe csqlite_bind_bytes(statement, index, bytes, length)
    }
    guard code == SQLITE_OK else { throw StateError(code) }
  }
}

extension StateError {
  /// - Parameter code: an extended result code (https://sqlite.org/rescode.html).
  init(_ code: Int32) {
    if code == SQLITE_CANTOPEN_SYMLINK {
      self = .symbolicLink
      return
    }
    self =
      switch code & 0xFF {
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_FULL: .diskFull
      case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
      case SQLITE_CANTOPEN, SQLITE_PERM: .unreadable
      case SQLITE_READONLY: .readOnly
      case SQLITE_TOOBIG: .tooLarge
      case SQLITE_CONSTRAINT
      where code == SQLITE_CONSTRAINT_PRIMARYKEY
        || code == SQLITE_CONSTRAINT_UNIQUE:
        .exists
      default: .failed(code: Int(code))
      }
  }
}

// Swift does not import these macros, which contain a shift.
private let SQLITE_CANTOPEN_SYMLINK = SQLITE_CANTOPEN | 6 << 8
private let SQLITE_CONSTRAINT_PRIMARYKEY = SQLITE_CONSTRAINT | 6 << 8
private let SQLITE_CONSTRAINT_UNIQUE = SQLITE_CONSTRAINT | 8 << 8
