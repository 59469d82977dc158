private import Support

extension Schema {
  /// The schema of `AuthorizationState`. Never change a version that was released: add one.
  ///
  /// Times are milliseconds since 1970. A client of a metadata document or of the settings has no row
  /// in `clients`, so no column refers to that table. `number` gives the order of insertion.
  static let authorization = Schema(versions: [
    [
      "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
      "CREATE TABLE row_counts (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT",
      // redirect_uris, grant_types, scopes and user_groups are JSON arrays.
      """
      CREATE TABLE clients (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, redirect_uris TEXT NOT NULL,
        grant_types TEXT NOT NULL, scopes TEXT NOT NULL, secret_digest BLOB,
        is_dynamic INTEGER NOT NULL, registered_at INTEGER NOT NULL, last_grant_at INTEGER) STRICT
      """,
      """
      CREATE TABLE transactions (
        number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, cookie_hash BLOB NOT NULL,
        payload BLOB NOT NULL, expires_at INTEGER NOT NULL, code_hash BLOB) STRICT
      """,
      "CREATE INDEX transactions_expiry ON transactions (expires_at)",
      """
      CREATE TABLE grants (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        user_name TEXT NOT NULL, user_groups TEXT NOT NULL, client_id TEXT NOT NULL,
        resource TEXT NOT NULL, scope TEXT NOT NULL, created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
        revoked_at INTEGER) STRICT
      """,
      "CREATE INDEX grants_user ON grants (user_id, client_id)",
      "CREATE INDEX grants_client ON grants (client_id)",
      "CREATE INDEX grants_end ON grants (ends_at)",
      "CREATE INDEX grants_revocation ON grants (revoked_at) WHERE revoked_at IS NOT NULL",
      """
      CREATE TABLE codes (
        number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, user_id TEXT NOT NULL,
        user_name TEXT NOT NULL, user_groups TEXT NOT NULL, client_id TEXT NOT NULL,
        redirect_uri TEXT NOT NULL,
        resource TEXT NOT NULL, challenge TEXT NOT NULL, scope TEXT NOT NULL,
        expires_at INTEGER NOT NULL, used_at INTEGER,
        grant_id TEXT REFERENCES grants (id) ON DELETE SET NULL) STRICT
      """,
      "CREATE INDEX codes_expiry ON codes (expires_at)",
      "CREATE INDEX codes_user ON codes (user_id)",
      "CREATE INDEX codes_client ON codes (client_id)",
      "CREATE INDEX codes_grant ON codes (grant_id) WHERE grant_id IS NOT NULL",
      // `position` is unique in a family, so a token has one successor.
      """
      CREATE TABLE refresh_tokens (
        number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,
        grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
        position INTEGER NOT NULL, issued_at INTEGER NOT NULL, idle_end INTEGER NOT NULL,
        used_at INTEGER, UNIQUE (grant_id, position)) STRICT
      """,
      """
      CREATE TABLE signing_keys (
        id TEXT PRIMARY KEY, private_key BLOB NOT NULL, created_at INTEGER NOT NULL,
        retired_at INTEGER) STRICT
      """,
    ] + ["clients", "transactions", "codes", "grants"].flatMap(counting),
    [
      // The last generation that a connection had. A generation is never used twice, also not after
      // its connection was removed.
      "CREATE TABLE upstream_generation (last INTEGER NOT NULL) STRICT",
      "INSERT INTO upstream_generation VALUES (0)",
      // `first_generation` stays when the token is replaced: it tells one connection from the next.
      """
      CREATE TABLE upstream_connections (
        user_key TEXT NOT NULL, service TEXT NOT NULL, origin TEXT NOT NULL, site_id TEXT,
        site_name TEXT, scope TEXT NOT NULL, sealed_token BLOB NOT NULL,
        first_generation INTEGER NOT NULL, generation INTEGER NOT NULL,
        created_at INTEGER NOT NULL, renewed_at INTEGER NOT NULL, lease_until INTEGER,
        lease_owner BLOB, PRIMARY KEY (user_key, service)) STRICT
      """,
      // `stage` is one of `UpstreamFlow.Stage`. A user has one flow for a service.
      """
      CREATE TABLE upstream_flows (
        number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, user_key TEXT NOT NULL,
        service TEXT NOT NULL, payload BLOB NOT NULL, stage INTEGER NOT NULL, cookie_hash BLOB,
        state_hash BLOB UNIQUE, result BLOB, code_hash BLOB, wrong_codes INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, UNIQUE (user_key, service)) STRICT
      """,
      "CREATE INDEX upstream_flows_expiry ON upstream_flows (expires_at)",
    ] + ["upstream_connections", "upstream_flows"].flatMap(counting),
  ])

  /// The statements that keep the number of rows of a table.
  private static func counting(_ table: String) -> [String] {
    [
      "INSERT INTO row_counts VALUES ('\(table)', 0)",
      """
      CREATE TRIGGER \(table)_inserted AFTER INSERT ON \(table) BEGIN
        UPDATE row_counts SET rows = rows + 1 WHERE name = '\(table)'; END
      """,
      """
      CREATE TRIGGER \(table)_deleted AFTER DELETE ON \(table) BEGIN
        UPDATE row_counts SET rows = rows - 1 WHERE name = '\(table)'; END
      """,
    ]
  }
}
