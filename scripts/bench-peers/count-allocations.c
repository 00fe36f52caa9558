// Counts the heap allocations of a process that is started with it in LD_PRELOAD.
//
// The count is the first 8 bytes of the file that ALLOCATION_COUNT_FILE names, at least 8 bytes long; whoever
// maps or reads it may look at any time. Every successful call that may take memory counts: malloc, calloc,
// realloc, aligned_alloc, posix_memalign, memalign. A realloc counts even when the block stays in place: it
// costs as much to ask.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The C library's own, which need no dlsym, which would allocate.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Allocations before the file is mapped are counted here, and nobody sees them.
static _Atomic unsigned long unseen;
static _Atomic unsigned long *count = &unseen;

static void add(void *block) {
    if (block) atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    void *block = __libc_malloc(size);
    add(block);
    return block;
}

void *calloc(size_t number, size_t size) {
    void *block = __libc_calloc(number, size);
    add(block);
    return block;
}

void *realloc(void *old, size_t size) {
    void *block = __libc_realloc(old, size);
    add(block);
    return block;
}

void *memalign(size_t alignment, size_t size) {
    void *block = __libc_memalign(alignment, size);
    add(block);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *block = memalign(alignment, size);
    if (!block) return ENOMEM;
    *out = block;
    return 0;
}

__attribute__((constructor)) static void map_count(void) {
    const char *path = getenv("ALLOCATION_COUNT_FILE");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) count = page;
}
