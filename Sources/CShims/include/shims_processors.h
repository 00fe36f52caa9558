#ifndef BINDERY_SHIMS_PROCESSORS_H
#define BINDERY_SHIMS_PROCESSORS_H

#include <sys/syscall.h>
#include <unistd.h>

// The processors that this process may run on, which a container or taskset can make fewer than the
// machine has; 0 when the kernel does not say. sched_getaffinity itself needs _GNU_SOURCE.
static inline int bindery_processor_count(void)
{
    unsigned long mask[128] = {0};
    long length = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (unsigned long i = 0; length > 0 && i < (unsigned long)length / sizeof mask[0]; i++)
        count += __builtin_popcountl(mask[i]);
    return count;
}

#endif
