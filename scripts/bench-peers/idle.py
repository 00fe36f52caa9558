#!/usr/bin/env python3
"""Opens many connections, makes one request on each, and keeps them open.

    idle.py PORT COUNT PATH [HEADER…] [--tls]

Prints "open" when all are; ends when its input does, and says then how many the server had closed.
"""
import select
import socket
import ssl
import sys

SECONDS_MAX = 30


def connect(port, context):
    peer = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
    # Else the request waits for the acknowledgement of the handshake's end: 40 ms each with some servers.
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(peer) if context else peer


def ask(peer, request):
    """One request and its whole answer, so that the connection is idle afterwards."""
    peer.sendall(request)
    text = b""
    while b"\r\n\r\n" not in text:
        text += receive(peer)
    head, _, body = text.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"idle: {head[:200]!r}")
    length = next((int(line.partition(b":")[2]) for line in head.split(b"\r\n")
                   if line.lower().startswith(b"content-length:")), None)
    if length is None:
        sys.exit("idle: the answer has no Content-Length")
    while len(body) < length:
        body += receive(peer)


def receive(peer):
    part = peer.recv(65536)
    if not part:
        sys.exit("idle: the server closed a connection before it had answered")
    return part


def main():
    is_secure = sys.argv[-1] == "--tls"
    port, count, path, *headers = sys.argv[1 : -1 if is_secure else None]
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]).encode()
    context = ssl._create_unverified_context() if is_secure else None
    peers = []
    for _ in range(int(count)):
        peer = connect(int(port), context)
        peers.append(peer)
        ask(peer, request)
    print("open", flush=True)
    sys.stdin.read()
    poll = select.poll()
    for peer in peers:
        poll.register(peer, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    print(len(poll.poll(0)), flush=True)


if __name__ == "__main__":
    main()
