#!/usr/bin/env python3
"""Sends valid requests at a fixed rate over a few connections, and prints what came of them.

    valid.py HOST:PORT PATH KEY SECONDS RATE

The time of a request runs from when it was due, not from when it was sent: one that waits behind a slow
one counts its wait. A connection that the server closes between requests is opened again, as a client
does. Prints JSON: {"sent", "ok", "p50", "p99", "max", "failures": {reason: count}}, times in ms.
"""
import json
import socket
import sys
import time

CONNECTIONS = 8
PATIENCE = 10


class Client:
    """One keep-alive connection."""

    def __init__(self, address, request):
        self.address, self.request, self.socket = address, request, None

    def ask(self):
        """The status of one request's answer, which is read whole."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=PATIENCE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self.request)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.receive()
        head = data[:end].decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:])}
        length = end + 4 + int(fields.get("content-length", 0))
        while len(data) < length:
            data += self.receive()
        if fields.get("connection") == "close":
            self.drop()
        return int(head[0].split(" ")[1])

    def receive(self):
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("closed in the middle")
        return piece

    def drop(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def main():
    host, _, port = sys.argv[1].rpartition(":")
    path, key, seconds, rate = sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5])
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    )
    clients = [Client((host, int(port)), request) for _ in range(CONNECTIONS)]
    times, failures, ok = [], {}, 0
    start = time.perf_counter()
    count = int(seconds * rate)
    for index in range(count):
        due = start + index / rate
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        client = clients[index % CONNECTIONS]
        try:
            status = client.ask()
            if status == 200:
                ok += 1
            else:
                failures[str(status)] = failures.get(str(status), 0) + 1
        except OSError as error:
            client.drop()
            name = type(error).__name__
            failures[name] = failures.get(name, 0) + 1
        times.append((time.perf_counter() - due) * 1000)
    times.sort()
    print(json.dumps({
        "sent": count, "ok": ok, "failures": failures,
        "p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)], "max": times[-1],
    }))


main()
