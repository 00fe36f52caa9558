// The least that a server on epoll spends: it receives, looks for the end of the head, and sends bytes that
// it has ready. No parser, no routes, no clock, no limits. What the kernel takes is most of it, so it says how
// near to nothing a goal is.
//
//   floor PORT THREADS ANSWER-TO-GET ANSWER-TO-POST
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MAX = 1 << 16, INPUT_MAX = 1 << 16, EVENTS_MAX = 256, PEERS_MAX = 1024 };

struct answer {
    char bytes[BODY_MAX + 256];
    size_t length;
};

static struct answer to_get, to_post;
static int port;

static void prepare(struct answer *answer, const char *path) {
    static char body[BODY_MAX];
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(body, 1, sizeof body, file) : 0;
    if (!length) {
        fprintf(stderr, "floor: %s can't be read\n", path);
        exit(1);
    }
    fclose(file);
    int head = snprintf(answer->bytes, 256,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", length);
    memcpy(answer->bytes + head, body, length);
    answer->length = (size_t)head + length;
}

static int listen_on(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, PEERS_MAX)) {
        perror("floor: listen");
        exit(1);
    }
    return listener;
}

static void accept_one(int poller, int listener) {
    int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = peer};
    if (peer >= 0) epoll_ctl(poller, EPOLL_CTL_ADD, peer, &event);
}

static void serve(int peer) {
    static _Thread_local char input[INPUT_MAX];
    ssize_t length = recv(peer, input, sizeof input, 0);
    if (length <= 0) {
        close(peer);
    } else if (memmem(input, (size_t)length, "\r\n\r\n", 4)) {
        const struct answer *answer = input[0] == 'P' ? &to_post : &to_get;
        if (send(peer, answer->bytes, answer->length, MSG_NOSIGNAL) < 0) close(peer);
    }
}

static void *loop(void *unused) {
    int listener = listen_on(), poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS_MAX];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                accept_one(poller, listener);
            else
                serve(events[i].data.fd);
        }
    }
    return unused;
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    port = atoi(arguments[1]);
    prepare(&to_get, arguments[3]);
    prepare(&to_post, arguments[4]);
    for (int i = 1; i < atoi(arguments[2]); i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, loop, NULL)) return 1;
    }
    loop(NULL);
}
