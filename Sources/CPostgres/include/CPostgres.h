// libpq, loaded when it is first needed: it brings libraries for TLS, Kerberos and LDAP along, and most commands never ask a database.
#ifndef CPOSTGRES_H
#define CPOSTGRES_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#elif __has_include("/opt/homebrew/opt/libpq/include/libpq-fe.h")
#include "/opt/homebrew/opt/libpq/include/libpq-fe.h"
#else
#include <libpq-fe.h>
#endif
#include <stdbool.h>

/// Loads libpq, once; false where it is not installed or older than PostgreSQL 14. Nothing else here may be called before it was true.
bool cpostgres_set_up(void);

/// The keywords and values of a connection string, or NULL with an error that may quote the string; both are freed as libpq says.
PQconninfoOption *cpostgres_parse(const char *text, char **error);
/// The keywords and values that a connection is made with, those from the environment among them.
PQconninfoOption *cpostgres_options(PGconn *connection);
void cpostgres_free_options(PQconninfoOption *options);
void cpostgres_free_text(void *text);

/// Begins a connection that does not block and that prints no notice. It may resolve names, so it may take long; NULL without memory.
PGconn *cpostgres_start(const char *const *keywords, const char *const *values);
PostgresPollingStatusType cpostgres_poll(PGconn *connection);
void cpostgres_finish(PGconn *connection);

int cpostgres_socket(const PGconn *connection);
bool cpostgres_is_bad(const PGconn *connection);
bool cpostgres_is_encrypted(PGconn *connection);
const char *cpostgres_error(const PGconn *connection);
/// What the server last said of one of its settings, or NULL.
const char *cpostgres_setting(const PGconn *connection, const char *name);
PGTransactionStatusType cpostgres_transaction(const PGconn *connection);

bool cpostgres_enter_pipeline(PGconn *connection);
bool cpostgres_send_sync(PGconn *connection);
/// Sends a statement whose values and results are text.
bool cpostgres_send(PGconn *connection, const char *sql, int count, const char *const *values);
/// Has the server say which types a statement's values have.
bool cpostgres_send_describe(PGconn *connection, const char *sql);
/// Has the statement whose results come next give a result for each row.
bool cpostgres_single_rows(PGconn *connection);
/// 0 when all is sent, 1 when more waits for the socket, -1 when the connection is lost.
int cpostgres_flush(PGconn *connection);
/// Takes what the socket holds, without waiting; false when the connection is lost.
bool cpostgres_consume(PGconn *connection);
bool cpostgres_is_busy(PGconn *connection);

PGresult *cpostgres_result(PGconn *connection);
void cpostgres_clear(PGresult *result);
ExecStatusType cpostgres_status(const PGresult *result);
/// A part of an error, such as PG_DIAG_SQLSTATE, or NULL.
const char *cpostgres_error_part(const PGresult *result, int part);
int cpostgres_row_count(const PGresult *result);
int cpostgres_column_count(const PGresult *result);
const char *cpostgres_column_name(const PGresult *result, int column);
Oid cpostgres_column_type(const PGresult *result, int column);
bool cpostgres_is_null(const PGresult *result, int row, int column);
const char *cpostgres_value(const PGresult *result, int row, int column);
int cpostgres_length(const PGresult *result, int row, int column);
/// What a statement did, as `INSERT 0 3`, and how many rows that was.
const char *cpostgres_done(PGresult *result);
const char *cpostgres_changed(PGresult *result);
int cpostgres_parameter_count(const PGresult *result);
Oid cpostgres_parameter_type(const PGresult *result, int parameter);

/// What it takes to cancel the statement of a connection from another thread, or NULL.
void *cpostgres_canceller(PGconn *connection);
/// Asks the server to cancel and waits until it has heard; frees the canceller.
void cpostgres_cancel(void *canceller);

#endif
