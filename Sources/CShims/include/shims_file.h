#ifndef BINDERY_SHIMS_FILE_H
#define BINDERY_SHIMS_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Glibc's Swift module has no fallocate; by number it also needs no feature macro. Space is reserved
// and the file grows to hold it. Returns 0, or -1 with errno.
static inline int bindery_fallocate(int descriptor, int64_t offset, int64_t length) {
    return (int)syscall(SYS_fallocate, descriptor, 0, offset, length);
}

#if defined(__x86_64__)

// Whether this processor has the crc32 instruction (SSE4.2).
static inline int bindery_crc32c_has_hardware(void) {
    return __builtin_cpu_supports("sse4.2") != 0;
}

// The CRC32C register after `count` bytes; the caller inverts it before and after.
__attribute__((target("sse4.2")))
static inline uint32_t bindery_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *next = (const unsigned char *)bytes;
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    for (; count > 0; count -= 1, next += 1) {
        narrow = __builtin_ia32_crc32qi(narrow, *next);
    }
    return narrow;
}

#else

// Other processors take the table in Swift.
static inline int bindery_crc32c_has_hardware(void) { return 0; }
static inline uint32_t bindery_crc32c_hardware(uint32_t crc, const void *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return crc;
}

#endif

#endif
