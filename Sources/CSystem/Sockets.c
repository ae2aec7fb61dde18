#define _GNU_SOURCE
#include "CSystemSockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(int family) {
#ifdef __linux__
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int descriptor = socket(family, SOCK_STREAM, 0);
    if (descriptor >= 0) {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
#endif
}

static int fail(int descriptor) {
    int error = errno;
    if (descriptor >= 0) {
        close(descriptor);
    }
    errno = error;
    return -1;
}

static int unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

int csystem_bind_unix(const char *path) {
    struct sockaddr_un address;
    if (unix_address(path, &address)) {
        return -1;
    }
    int descriptor = open_socket(AF_UNIX);
    if (descriptor < 0) {
        return -1;
    }
#ifdef __linux__
    // The path is made with the mode that the socket has.
    fchmod(descriptor, 0600);
#endif
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address)) {
        return fail(descriptor);
    }
#ifndef __linux__
    // Nobody can connect before it listens.
    chmod(path, 0600);
#endif
    return descriptor;
}

int csystem_probe_unix(const char *path) {
    struct sockaddr_un address;
    if (unix_address(path, &address)) {
        return errno;
    }
    int descriptor = open_socket(AF_UNIX);
    if (descriptor < 0) {
        return errno;
    }
    int error = connect(descriptor, (struct sockaddr *)&address, sizeof address) ? errno : 0;
    close(descriptor);
    // Somebody listens who has not yet met those who connected before.
    return error == EAGAIN || error == EINPROGRESS ? 0 : error;
}

int csystem_connect_unix(const char *path) {
    struct sockaddr_un address;
    if (unix_address(path, &address)) {
        return -1;
    }
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor < 0) {
        return -1;
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return connect(descriptor, (struct sockaddr *)&address, sizeof address) ? fail(descriptor) : descriptor;
}

static int numeric_address(const char *text, uint16_t port, struct sockaddr_storage *address, socklen_t *size) {
    memset(address, 0, sizeof *address);
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        *size = sizeof *four;
        return 0;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        *size = sizeof *six;
        return 0;
    }
    errno = EINVAL;
    return -1;
}

int csystem_is_loopback(const char *text) {
    struct sockaddr_storage address;
    socklen_t size;
    if (numeric_address(text, 0, &address, &size)) {
        return -1;
    }
    if (address.ss_family == AF_INET) {
        return ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24 == 127;
    }
    return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&address)->sin6_addr) ? 1 : 0;
}

int csystem_bind_tcp(const char *text, uint16_t port) {
    struct sockaddr_storage address;
    socklen_t size;
    if (numeric_address(text, port, &address, &size)) {
        return -1;
    }
    int descriptor = open_socket(address.ss_family);
    if (descriptor < 0) {
        return -1;
    }
    // Connections that ended a minute ago do not keep the port.
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(descriptor, (struct sockaddr *)&address, size) ? fail(descriptor) : descriptor;
}

int csystem_port(int descriptor) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size)) {
        return -1;
    }
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port : ((struct sockaddr_in *)&address)->sin_port);
}

int csystem_accept(int listener) {
    int descriptor;
    do {
#ifdef __linux__
        descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
        descriptor = accept(listener, NULL, NULL);
#endif
        // One who connected and left again is nobody.
    } while (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED));
#ifndef __linux__
    if (descriptor >= 0) {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
#endif
    return descriptor;
}
