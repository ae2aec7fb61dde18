// SQLite, with what Swift cannot import because it is a cast.
#ifndef CSQLITE_H
#define CSQLITE_H
#include <sqlite3.h>

/// Binds a copy of the text, so that the caller's bytes need not outlive the call.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}
#endif
