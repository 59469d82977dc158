internal import CSQLite
internal import Crypto
private import JSON
internal import Support

/// One row of a result. Columns are numbered from 0.
///
/// A value of another type than the function's throws `damaged`: SQLite would convert it.
@safe struct Row: ~Copyable {
  private let statement: OpaquePointer

  @unsafe init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

  func integer(_ column: Int32) throws(StateError) -> Int {
    guard unsafe sqlite3_column_type(statement, column) == SQLITE_INTEGER else { throw .damaged }
    return unsafe Int(sqlite3_column_int64(statement, column))
  }

  func text(_ column: Int32) throws(StateError) -> String {
    guard unsafe sqlite3_column_type(statement, column) == SQLITE_TEXT,
      let start = unsafe sqlite3_column_text(statement, column),
      // SQLite stores the bytes that it gets, and the file may be from elsewhere.
      let text = unsafe String(
        validating: UnsafeBufferPointer(
          start: start, count: Int(sqlite3_column_bytes(statement, column))), as: UTF8.self)
    else { throw .damaged }
    return text
  }

  /// The texts of a JSON array.
  func texts(_ column: Int32) throws(StateError) -> [String] {
    guard let texts = try? JSONParser.parse(Array(try text(column).utf8)).strings else {
      throw .damaged
    }
    return texts
  }

  func bytes(_ column: Int32) throws(StateError) -> [UInt8] {
    guard unsafe sqlite3_column_type(statement, column) == SQLITE_BLOB else { throw .damaged }
    // The pointer of an empty blob is null.
    guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
    return unsafe Array(
      UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
  }

  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
  }

  func time(_ column: Int32) throws(StateError) -> WallTime {
    WallTime(milliseconds: try integer(column))
  }

  func optionalTime(_ column: Int32) throws(StateError) -> WallTime? {
    isNull(column) ? nil : try time(column)
  }

  func optionalText(_ column: Int32) throws(StateError) -> String? {
    isNull(column) ? nil : try text(column)
  }

  func digest(_ column: Int32) throws(StateError) -> SHA256Digest {
    guard let digest = SHA256Digest(bytes: try bytes(column)) else { throw .damaged }
    return digest
  }

  func optionalDigest(_ column: Int32) throws(StateError) -> SHA256Digest? {
    isNull(column) ? nil : try digest(column)
  }
}
