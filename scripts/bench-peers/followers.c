// Follows the events of a server many times over, and tells when each event had reached them all.
//
//   followers PORT COUNT KEY
//
// Says "open" when every follower has got the head of its stream, then reads until its own input ends,
// and prints a line for each revision: the revision, how many followers got its first event, and when
// the last of them did, in microseconds of CLOCK_MONOTONIC. One thread, level-triggered epoll.
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { bufferSize = 1 << 16, eventCount = 256, revisionCountMax = 1 << 20 };

// What is known of the line that a follower reads: the part of "id: " that was matched, then the number.
typedef struct {
    int matched;
    int isOpen;
    uint64_t revision;
} Follower;

static const char prefix[] = "id: ";
static uint64_t firstRevision;
static uint32_t counts[revisionCountMax];
static uint64_t lasts[revisionCountMax];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static int follow(int port, const char *key) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    char request[512];
    int length = snprintf(request, sizeof request,
        "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n", port, key);
    if (write(descriptor, request, (size_t)length) != length) fail("write");
    return descriptor;
}

static void note(uint64_t revision, uint64_t time) {
    if (firstRevision == 0) firstRevision = revision;
    if (revision < firstRevision || revision - firstRevision >= revisionCountMax) return;
    counts[revision - firstRevision] += 1;
    lasts[revision - firstRevision] = time;
}

// Looks for lines "id: REVISION.0" in the bytes, which may begin and end anywhere.
static void take(Follower *follower, const char *bytes, ssize_t count, uint64_t time) {
    for (ssize_t index = 0; index < count; index++) {
        char byte = bytes[index];
        if (follower->matched < 0) {
            const char *end = memchr(bytes + index, '\n', (size_t)(count - index));
            if (end == NULL) return;
            index = end - bytes;
            follower->matched = 0;
        } else if (follower->matched < 4) {
            follower->matched = byte == prefix[follower->matched] ? follower->matched + 1 : byte == '\n' ? 0 : -1;
            follower->revision = 0;
        } else if (byte >= '0' && byte <= '9') {
            follower->revision = follower->revision * 10 + (uint64_t)(byte - '0');
        } else {
            // Of the events of one revision the first one counts.
            if (byte == '.' && index + 1 < count && bytes[index + 1] == '0') note(follower->revision, time);
            follower->matched = byte == '\n' ? 0 : -1;
        }
    }
}

static void report(void) {
    for (uint64_t index = 0; index < revisionCountMax; index++) {
        if (counts[index] > 0) {
            printf("%llu %u %llu\n", (unsigned long long)(firstRevision + index), counts[index],
                (unsigned long long)lasts[index]);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int count = atoi(argv[2]), openCount = 0, poller = epoll_create1(0);
    Follower *followers = calloc((size_t)count, sizeof *followers);
    int *descriptors = calloc((size_t)count, sizeof *descriptors);
    for (int index = 0; index < count; index++) {
        descriptors[index] = follow(atoi(argv[1]), argv[3]);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptors[index], &event) != 0) fail("epoll_ctl");
    }
    struct epoll_event input = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, 0, &input) != 0) fail("epoll_ctl");
    static char buffer[bufferSize];
    for (;;) {
        struct epoll_event events[eventCount];
        int ready = epoll_wait(poller, events, eventCount, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int index = 0; index < ready; index++) {
            if (events[index].data.u32 == UINT32_MAX) {
                report();
                return 0;
            }
            Follower *follower = &followers[events[index].data.u32];
            ssize_t length = read(descriptors[events[index].data.u32], buffer, sizeof buffer);
            if (length <= 0) {
                fprintf(stderr, "followers: a stream has ended\n");
                return 1;
            }
            take(follower, buffer, length, now());
            if (!follower->isOpen) {
                follower->isOpen = 1;
                if (strncmp(buffer, "HTTP/1.1 200", 12) != 0) {
                    fprintf(stderr, "followers: %.200s\n", buffer);
                    return 1;
                }
                openCount += 1;
                if (openCount == count) {
                    printf("open\n");
                    fflush(stdout);
                }
            }
        }
    }
}
