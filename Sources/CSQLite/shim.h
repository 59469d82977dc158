#pragma once
#include <sqlite3.h>

// Swift does not import SQLITE_TRANSIENT, a number that is cast to a function.

// SQLite copies the text.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
  return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

// SQLite copies the bytes. A null pointer would bind NULL, so no bytes are bound by another function.
static inline int csqlite_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, int length) {
  if (length == 0) return sqlite3_bind_zeroblob(statement, index, 0);
  return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
