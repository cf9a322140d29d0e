/* A disk that forgets, fills up and fails, for `cargo xtask durability`: preloaded into the paper, in front of the C library.
 *
 * Before a file of the database is changed, what was there goes into NAME.undo; when the file was synced, that is emptied.
 * So at any moment NAME.undo says how to come back to what a machine that lost its power would surely still have; `disk.rs`
 * does that. One letter in the file `mode` makes it fail:
 *
 *   f  full: a write that makes a file longer says ENOSPC, and so does making one
 *   w  every write says EIO
 *   s  every sync says EIO, and what was written stays in memory
 *   d  every sync says EIO, and what was written is dropped, as some file systems do
 *   l  it lies: every sync says that all is well, and nothing was kept
 *
 * Deliberately not here: directories (whether a file that was made is found again), memory maps, other files than the
 * database and its log. Never part of the product. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                                                                                              \
    static result (*real)(__VA_ARGS__);                                                                                      \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, bytes, length);
}

static ssize_t real_pwrite(int fd, const void *bytes, size_t length, off_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    return real(fd, bytes, length, at);
}

static int real_ftruncate(int fd, off_t length) {
    REAL(int, "ftruncate64", int, off_t);
    return real(fd, length);
}

/* The name of a file that is the database or its log, below DISK_HOME. */
static const char *name_of(const char *path) {
    const char *home = getenv("DISK_HOME");
    size_t length = home ? strlen(home) : 0;
    if (!length || strncmp(path, home, length) || path[length] != '/') return NULL;
    const char *name = path + length + 1;
    return !strcmp(name, "gaceta.db") || !strcmp(name, "gaceta.db-wal") ? name : NULL;
}

static const char *name_of_file(int fd, char path[PATH_MAX]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return name_of(path);
}

static void side(char path[PATH_MAX], const char *name, const char *end) {
    snprintf(path, PATH_MAX, "%s/%s%s", getenv("DISK_SIDE"), name, end);
}

static char mode(void) {
    char path[PATH_MAX], letter = '-';
    side(path, "mode", "");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return '-';
    if (read(fd, &letter, 1) != 1) letter = '-';
    close(fd);
    return letter;
}

/* What stands before the old bytes in NAME.undo; see `disk.rs`. */
struct change {
    uint64_t at, length, size, kept;
};

/* Keeps what is at this place, before it is written over. Without that nothing may be written: 0 is a yes. */
static int keep(int fd, const char *name, off_t at, size_t length) {
    struct stat now;
    char path[PATH_MAX];
    if (fstat(fd, &now)) return -1;
    size_t kept = at < now.st_size ? (size_t)(now.st_size - at) : 0;
    if (kept > length) kept = length;
    struct change change = {(uint64_t)at, length, (uint64_t)now.st_size, kept};
    char *record = malloc(sizeof change + kept);
    if (!record) return -1;
    memcpy(record, &change, sizeof change);
    side(path, name, ".undo");
    /* The file may be open for writing only; its old bytes are read by its name. */
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    int from = open(own, O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int well = from >= 0 && to >= 0 && pread(from, record + sizeof change, kept, at) == (ssize_t)kept &&
               real_write(to, record, sizeof change + kept) == (ssize_t)(sizeof change + kept);
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    free(record);
    return well ? 0 : -1;
}

/* The last synced state again, in the file itself. */
static void drop_unsynced(int fd, const char *name) {
    char path[PATH_MAX];
    side(path, name, ".undo");
    int from = open(path, O_RDWR | O_CLOEXEC);
    if (from < 0) return;
    off_t length = lseek(from, 0, SEEK_END), place = 0;
    char *all = malloc(length > 0 ? (size_t)length : 1);
    off_t starts[65536];
    int count = 0;
    if (all && pread(from, all, (size_t)length, 0) == length) {
        while (place + (off_t)sizeof(struct change) <= length && count < 65536) {
            struct change *change = (struct change *)(all + place);
            starts[count++] = place;
            place += (off_t)(sizeof *change + change->kept);
        }
        while (count-- > 0) {
            struct change *change = (struct change *)(all + starts[count]);
            real_pwrite(fd, change + 1, change->kept, (off_t)change->at);
            real_ftruncate(fd, (off_t)change->size);
        }
    }
    free(all);
    real_ftruncate(from, 0);
    close(from);
}

static int fails(int fd, off_t at, size_t length) {
    struct stat now;
    char how = mode();
    if (how == 'w') return EIO;
    if (how == 'f' && !fstat(fd, &now) && at + (off_t)length > now.st_size) return ENOSPC;
    return 0;
}

static ssize_t guarded(int fd, const char *name, const void *bytes, size_t length, off_t at, int moves) {
    pthread_mutex_lock(&one_at_a_time);
    ssize_t done = -1;
    int trouble = fails(fd, at, length);
    if (!trouble && keep(fd, name, at, length)) trouble = EIO;
    if (!trouble) done = moves ? real_write(fd, bytes, length) : real_pwrite(fd, bytes, length, at);
    pthread_mutex_unlock(&one_at_a_time);
    if (trouble) errno = trouble;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    const char *name = name_of_file(fd, path);
    if (!name) return real_write(fd, bytes, length);
    return guarded(fd, name, bytes, length, lseek(fd, 0, SEEK_CUR), 1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    char path[PATH_MAX];
    const char *name = name_of_file(fd, path);
    if (!name) return real_pwrite(fd, bytes, length, at);
    return guarded(fd, name, bytes, length, at, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

int ftruncate64(int fd, off_t length) {
    char path[PATH_MAX];
    struct stat now;
    const char *name = name_of_file(fd, path);
    if (!name || fstat(fd, &now)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&one_at_a_time);
    size_t gone = length < now.st_size ? (size_t)(now.st_size - length) : 0;
    int done = keep(fd, name, length, gone) ? -1 : real_ftruncate(fd, length);
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*real)(int)) {
    char path[PATH_MAX], undo[PATH_MAX];
    const char *name = name_of_file(fd, path);
    if (!name) return real(fd);
    pthread_mutex_lock(&one_at_a_time);
    char how = mode();
    int done = how == 'l' ? 0 : how == 's' || how == 'd' ? -1 : real(fd);
    if (how == 'd') drop_unsynced(fd, name);
    if (!done && how != 'l') {
        side(undo, name, ".undo");
        if (truncate(undo, 0) && errno != ENOENT) done = -1;
    }
    pthread_mutex_unlock(&one_at_a_time);
    if (done) errno = EIO;
    return done;
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return synced(fd, real);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    char undo[PATH_MAX];
    const char *name = name_of(path);
    int done = real(path);
    if (name && !done) {
        side(undo, name, ".undo");
        real(undo);
    }
    return done;
}
