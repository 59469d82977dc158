private import Support

/// The versions of a schema. Each version is a list of statements that change the version before it.
struct Schema: Sendable {
  /// The number in the header of each file that this program makes (https://sqlite.org/fileformat2.html,
  /// §1.3.15): "CalS".
  static let applicationID = 0x4361_6C53

  let versions: [[String]]

  /// The version of the database; 0 for an empty one. Call it in a transaction: between its
  /// statements another process may make the database.
  /// - Throws: `otherDatabase`, `newerSchema`, or why the database cannot be read
  func version(of connection: inout Connection) throws(StateError) -> Int {
    let identity = try connection.count("PRAGMA application_id")
    let version = try connection.count("PRAGMA user_version")
    if identity != Self.applicationID {
      let tables = try connection.count("SELECT count(*) FROM sqlite_schema")
      guard identity == 0, version == 0, tables == 0 else { throw .otherDatabase }
    }
    guard version <= versions.count else { throw .newerSchema(version) }
    return version
  }

  /// Brings the database to the newest version. Call it in a transaction: another process may do the
  /// same.
  func migrate(_ connection: inout Connection) throws(StateError) {
    let version = try version(of: &connection)
    guard version < versions.count else { return }
    for statement in versions[max(0, version)...].joined() { try connection.run(statement) }
    try connection.run("PRAGMA application_id = \(Self.applicationID)")
    try connection.run("PRAGMA user_version = \(versions.count)")
  }
}
