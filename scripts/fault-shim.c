// Makes file calls of a program fail or wait, as a broken disk does; for tests alone.
//
//   gcc -shared -fPIC -O1 -o fault-shim.so scripts/fault-shim.c -ldl
//   LD_PRELOAD=./fault-shim.so FAULT_FILE=/tmp/fault FAULT_PATH=/data/ bindery serve …
//
// FAULT_FILE holds one rule, read anew at every call, so that a test sets and clears it while the
// program runs: "CALL ERRNO [MILLISECONDS]", where CALL is open, read, write, sync or rename, and ERRNO
// a number, 0 for none. Only files whose path contains FAULT_PATH are concerned. A call waits for so
// many milliseconds first; with -1 as long as the rule stands. "clock 0 MILLISECONDS" moves the
// calendar clock.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct rule { char call[16]; int number; long milliseconds; };

static struct rule current(void) {
    struct rule rule = {"", 0, 0};
    const char *path = getenv("FAULT_FILE");
    if (path == NULL) return rule;
    // By number: the calls of this library must not come back to it.
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return rule;
    char text[64] = {0};
    ssize_t count = syscall(SYS_read, descriptor, text, sizeof text - 1);
    syscall(SYS_close, descriptor);
    if (count > 0) sscanf(text, "%15s %d %ld", rule.call, &rule.number, &rule.milliseconds);
    return rule;
}

static int is_concerned(const char *path) {
    const char *part = getenv("FAULT_PATH");
    return part != NULL && strstr(path, part) != NULL;
}

static int is_concerned_descriptor(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return is_concerned(path);
}

// Waits, and answers the error number that the call must fail with; 0 for none.
static int fault(const char *call) {
    struct rule rule = current();
    if (strcmp(rule.call, call) != 0) return 0;
    const struct timespec moment = {0, 5000000};
    while (rule.milliseconds < 0 && strcmp(rule.call, call) == 0) {
        nanosleep(&moment, NULL);
        rule = current();
    }
    if (rule.milliseconds > 0) {
        struct timespec time = {rule.milliseconds / 1000, rule.milliseconds % 1000 * 1000000};
        nanosleep(&time, NULL);
    }
    return strcmp(rule.call, call) == 0 ? rule.number : 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(number) do { int code = (number); if (code != 0) { errno = code; return -1; } } while (0)

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    if (is_concerned(path)) FAIL(fault("open"));
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
    if (is_concerned_descriptor(descriptor)) FAIL(fault("read"));
    return REAL(pread)(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (is_concerned_descriptor(descriptor)) FAIL(fault("write"));
    return REAL(pwrite)(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
    if (is_concerned_descriptor(descriptor)) FAIL(fault("sync"));
    return REAL(fdatasync)(descriptor);
}

int fsync(int descriptor) {
    if (is_concerned_descriptor(descriptor)) FAIL(fault("sync"));
    return REAL(fsync)(descriptor);
}

int rename(const char *from, const char *to) {
    if (is_concerned(to)) FAIL(fault("rename"));
    return REAL(rename)(from, to);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result != 0 || clock != CLOCK_REALTIME) return result;
    struct rule rule = current();
    if (strcmp(rule.call, "clock") == 0) time->tv_sec += rule.milliseconds / 1000;
    return 0;
}
