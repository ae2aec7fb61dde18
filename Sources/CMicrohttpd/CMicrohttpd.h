// libmicrohttpd, with what Swift cannot call because it is variadic.
#ifndef CMICROHTTPD_H
#define CMICROHTTPD_H
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

/// A server on a free port of 127.0.0.1, on one thread of its own, whose connections may be suspended; NULL where it cannot start.
static inline struct MHD_Daemon *cmicrohttpd_start(
    MHD_AccessHandlerCallback handler, MHD_RequestCompletedCallback completed, void *context) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, handler, context, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context, MHD_OPTION_END);
}

static inline uint16_t cmicrohttpd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

/// What a content reader returns when it has given all there is.
static inline ssize_t cmicrohttpd_end(void) { return MHD_CONTENT_READER_END_OF_STREAM; }

/// The size of a response that is not known before its end.
static inline uint64_t cmicrohttpd_unknown_size(void) { return MHD_SIZE_UNKNOWN; }

/// What a content reader returns to end a response short of what was announced.
static inline ssize_t cmicrohttpd_cut_off(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }
#endif
