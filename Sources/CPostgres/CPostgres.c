#define _GNU_SOURCE
#include "CPostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// Every function that is used, under its own name.
#define FUNCTIONS(each) \
    each(conninfoParse) each(conninfo) each(conninfoFree) each(freemem) each(connectStartParams) each(connectPoll) each(finish) \
    each(socket) each(status) each(sslInUse) each(errorMessage) each(parameterStatus) each(transactionStatus) \
    each(setnonblocking) each(setNoticeReceiver) each(enterPipelineMode) each(pipelineSync) each(sendQueryParams) each(sendPrepare) \
    each(sendDescribePrepared) each(setSingleRowMode) each(flush) each(consumeInput) each(isBusy) each(getResult) each(clear) \
    each(resultStatus) each(resultErrorField) each(ntuples) each(nfields) each(fname) each(ftype) each(getisnull) each(getvalue) \
    each(getlength) each(cmdStatus) each(cmdTuples) each(nparams) each(paramtype)

#ifdef LIBPQ_HAS_ASYNC_CANCEL
#define CANCELLING(each) each(cancelCreate) each(cancelBlocking) each(cancelFinish)
#else
#define CANCELLING(each) each(getCancel) each(cancel) each(freeCancel)
#endif

#define MEMBER(name) __typeof__(PQ##name) *name;
static struct { FUNCTIONS(MEMBER) CANCELLING(MEMBER) } pq;

#ifdef __APPLE__
static const char *const names[] = {"libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib"};
#else
static const char *const names[] = {"libpq.so.5", "libpq.so"};
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_set_up;

static void load(void) {
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (!library) {
        return;
    }
#define FIND(name) \
    if (!(pq.name = (__typeof__(PQ##name) *)dlsym(library, "PQ" #name))) return;
    FUNCTIONS(FIND)
    CANCELLING(FIND)
    is_set_up = true;
}

bool cpostgres_set_up(void) {
    pthread_once(&once, load);
    return is_set_up;
}

PQconninfoOption *cpostgres_parse(const char *text, char **error) { return pq.conninfoParse(text, error); }
PQconninfoOption *cpostgres_options(PGconn *connection) { return pq.conninfo(connection); }
void cpostgres_free_options(PQconninfoOption *options) { pq.conninfoFree(options); }
void cpostgres_free_text(void *text) { pq.freemem(text); }

// libpq's own receiver prints to standard error, which may be a screen.
static void ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

PGconn *cpostgres_start(const char *const *keywords, const char *const *values) {
    PGconn *connection = pq.connectStartParams(keywords, values, 0);
    if (connection) {
        pq.setNoticeReceiver(connection, ignore_notice, NULL);
    }
    return connection;
}

PostgresPollingStatusType cpostgres_poll(PGconn *connection) { return pq.connectPoll(connection); }
void cpostgres_finish(PGconn *connection) { pq.finish(connection); }

int cpostgres_socket(const PGconn *connection) { return pq.socket(connection); }
bool cpostgres_is_bad(const PGconn *connection) { return pq.status(connection) == CONNECTION_BAD; }
bool cpostgres_is_encrypted(PGconn *connection) { return pq.sslInUse(connection); }
const char *cpostgres_error(const PGconn *connection) { return pq.errorMessage(connection); }
const char *cpostgres_setting(const PGconn *connection, const char *name) { return pq.parameterStatus(connection, name); }
PGTransactionStatusType cpostgres_transaction(const PGconn *connection) { return pq.transactionStatus(connection); }

bool cpostgres_enter_pipeline(PGconn *connection) {
    return pq.setnonblocking(connection, 1) == 0 && pq.enterPipelineMode(connection) == 1;
}
bool cpostgres_send_sync(PGconn *connection) { return pq.pipelineSync(connection) == 1; }
bool cpostgres_send(PGconn *connection, const char *sql, int count, const char *const *values) {
    return pq.sendQueryParams(connection, sql, count, NULL, values, NULL, NULL, 0) == 1;
}
bool cpostgres_send_describe(PGconn *connection, const char *sql) {
    return pq.sendPrepare(connection, "", sql, 0, NULL) == 1 && pq.sendDescribePrepared(connection, "") == 1;
}
bool cpostgres_single_rows(PGconn *connection) { return pq.setSingleRowMode(connection) == 1; }
int cpostgres_flush(PGconn *connection) { return pq.flush(connection); }
bool cpostgres_consume(PGconn *connection) { return pq.consumeInput(connection) == 1; }
bool cpostgres_is_busy(PGconn *connection) { return pq.isBusy(connection); }

PGresult *cpostgres_result(PGconn *connection) { return pq.getResult(connection); }
void cpostgres_clear(PGresult *result) { pq.clear(result); }
ExecStatusType cpostgres_status(const PGresult *result) { return pq.resultStatus(result); }
const char *cpostgres_error_part(const PGresult *result, int part) { return pq.resultErrorField(result, part); }
int cpostgres_row_count(const PGresult *result) { return pq.ntuples(result); }
int cpostgres_column_count(const PGresult *result) { return pq.nfields(result); }
const char *cpostgres_column_name(const PGresult *result, int column) { return pq.fname(result, column); }
Oid cpostgres_column_type(const PGresult *result, int column) { return pq.ftype(result, column); }
bool cpostgres_is_null(const PGresult *result, int row, int column) { return pq.getisnull(result, row, column); }
const char *cpostgres_value(const PGresult *result, int row, int column) { return pq.getvalue(result, row, column); }
int cpostgres_length(const PGresult *result, int row, int column) { return pq.getlength(result, row, column); }
const char *cpostgres_done(PGresult *result) { return pq.cmdStatus(result); }
const char *cpostgres_changed(PGresult *result) { return pq.cmdTuples(result); }
int cpostgres_parameter_count(const PGresult *result) { return pq.nparams(result); }
Oid cpostgres_parameter_type(const PGresult *result, int parameter) { return pq.paramtype(result, parameter); }

#ifdef LIBPQ_HAS_ASYNC_CANCEL
void *cpostgres_canceller(PGconn *connection) { return pq.cancelCreate(connection); }
void cpostgres_cancel(void *canceller) {
    pq.cancelBlocking(canceller);
    pq.cancelFinish(canceller);
}
#else
void *cpostgres_canceller(PGconn *connection) { return pq.getCancel(connection); }
void cpostgres_cancel(void *canceller) {
    char error[256];
    pq.cancel(canceller, error, sizeof error);
    pq.freeCancel(canceller);
}
#endif
