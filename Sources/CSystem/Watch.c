#define _GNU_SOURCE
#include "CSystemWatch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>

int csystem_watch_open(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int csystem_watch_file(int watch, const char *path) {
    return inotify_add_watch(watch, path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
}

int csystem_watch_directory(int watch, const char *path) {
    return inotify_add_watch(watch, path, IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR);
}

void csystem_watch_forget(int watch, int number) { inotify_rm_watch(watch, number); }

int csystem_watch_changes(int watch, struct csystem_change *changes) {
    // The smallest event takes 16 bytes, so that no more of them come than there is room for.
    _Alignas(struct inotify_event) char bytes[csystem_most_changes * sizeof(struct inotify_event)];
    ssize_t length;
    do {
        length = read(watch, bytes, sizeof bytes);
    } while (length < 0 && errno == EINTR);
    int count = 0;
    for (ssize_t place = 0; place < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + place);
        place += (ssize_t)(sizeof *event + event->len);
        changes[count].number = event->wd;
        changes[count].name[0] = 0;
        if (event->len) {
            strncpy(changes[count].name, event->name, sizeof changes[count].name - 1);
            changes[count].name[sizeof changes[count].name - 1] = 0;
        }
        count++;
    }
    return count;
}

void csystem_watch_drain(int watch) {
    char events[4096];
    while (read(watch, events, sizeof events) > 0) {
    }
}

void csystem_give_back(int file, int64_t offset, int64_t count) {
    fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)count);
}

long csystem_widen_pipe(int descriptor) {
    long size = fcntl(descriptor, F_GETPIPE_SZ);
    if (size >= 0 && size < 1 << 20 && fcntl(descriptor, F_SETPIPE_SZ, 1 << 20) >= 0) size = fcntl(descriptor, F_GETPIPE_SZ);
    return size;
}

#else
#include <sys/event.h>

int csystem_watch_open(void) {
    int queue = kqueue();
    if (queue >= 0) fcntl(queue, F_SETFD, FD_CLOEXEC);
    return queue;
}

// The descriptor stays open for as long as the queue: closing it would end the watch.
static int watch_path(int watch, const char *path, unsigned int changes) {
    int file = open(path, O_EVTONLY | O_CLOEXEC);
    if (file < 0) return -1;
    struct kevent change;
    EV_SET(&change, file, EVFILT_VNODE, EV_ADD | EV_CLEAR, changes, 0, NULL);
    if (kevent(watch, &change, 1, NULL, 0, NULL) == 0) return file;
    close(file);
    return -1;
}

int csystem_watch_file(int watch, const char *path) {
    return watch_path(watch, path, NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_RENAME | NOTE_DELETE);
}

int csystem_watch_directory(int watch, const char *path) { return watch_path(watch, path, NOTE_WRITE); }

void csystem_watch_forget(int watch, int number) {
    (void)watch;
    close(number);
}

int csystem_watch_changes(int watch, struct csystem_change *changes) {
    struct kevent events[csystem_most_changes];
    struct timespec none = {0, 0};
    int count = kevent(watch, NULL, 0, events, csystem_most_changes, &none);
    for (int i = 0; i < count; i++) {
        changes[i].number = (int)events[i].ident;
        changes[i].name[0] = 0;
    }
    return count < 0 ? 0 : count;
}

void csystem_watch_drain(int watch) {
    struct kevent event;
    struct timespec none = {0, 0};
    while (kevent(watch, NULL, 0, &event, 1, &none) > 0) {
    }
}

void csystem_give_back(int file, int64_t offset, int64_t count) {
    (void)file;
    (void)offset;
    (void)count;
}

long csystem_widen_pipe(int descriptor) {
    (void)descriptor;
    return -1;
}
#endif
