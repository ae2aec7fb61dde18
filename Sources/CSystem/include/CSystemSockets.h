// Sockets on which programs of this machine are listened to.
#ifndef CSYSTEM_SOCKETS_H
#define CSYSTEM_SOCKETS_H

#include <stdint.h>

/// A socket bound to a path at which nothing stands yet, open to its owner alone. It takes nobody before `listen`. -1 with errno.
int csystem_bind_unix(const char *path);
/// Whether somebody listens at a socket's path: 0, or an errno; ECONNREFUSED where nobody does.
int csystem_probe_unix(const char *path);
/// A descriptor connected to a socket's path, which is not inherited; -1 with errno.
int csystem_connect_unix(const char *path);
/// 1 for a numeric address of this machine alone, 0 for another numeric one, -1 for what is no numeric address.
int csystem_is_loopback(const char *address);
/// A socket bound to a numeric address; port 0 takes a free one. -1 with errno.
int csystem_bind_tcp(const char *address, uint16_t port);
/// The port that a socket is bound to, or -1 with errno.
int csystem_port(int descriptor);
/// The next one who connects, as a descriptor that neither blocks nor is inherited; -1 with errno, EAGAIN where nobody waits.
int csystem_accept(int listener);

#endif
