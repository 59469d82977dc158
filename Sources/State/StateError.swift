private import Support

/// Why the state could not be read or changed. It contains no path and no stored value.
package enum StateError: Error, Equatable {
  // MARK: The file

  /// The path is not one of a file, or its folder cannot be used.
  case unreadable
  /// A folder, a pipe or a device.
  case notRegular
  case symbolicLink
  /// The file belongs to another user than the one of this process.
  case otherOwner
  /// Users other than the owner have rights on the file.
  case notPrivate(mode: Int)
  /// The file is a database of another program.
  case otherDatabase
  /// A later version of this program made the schema.
  case newerSchema(Int)
  /// The file is no database, or its content contradicts the schema.
  case damaged
  /// The file system lacks the shared memory of a write-ahead log, or SQLite was built without threads.
  case unsupported

  // MARK: An operation

  /// Another process held the database for longer than the timeout.
  case busy
  case diskFull
  case readOnly
  /// A table has as many rows as it may have.
  case full
  /// A value is longer than the state stores.
  case tooLarge
  /// There is a row with this identifier.
  case exists
  /// Another result code of SQLite (https://sqlite.org/rescode.html).
  case failed(code: Int)
}
