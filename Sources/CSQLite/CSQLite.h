// SQLite, with what Swift cannot import because it is a cast, or cannot call because it is variadic.
#ifndef CSQLITE_H
#define CSQLITE_H
#include <sqlite3.h>

/// Binds a copy of the text, so that the caller's bytes need not outlive the call.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Takes from a connection what no statement of a tool needs: writing to the file past SQL, and functions that a hostile schema may call.
static inline void csqlite_harden(sqlite3 *connection) {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)0);
    // No value is larger than this: not one that a statement makes up, either.
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 64 << 20);
}
#endif
