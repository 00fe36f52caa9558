"""A provider that does everything wrong that one can do over a socket."""
import gzip
import os
import socket
import ssl
import subprocess
import threading
import time


class Hostile:
    """Answers each request by what its path says; over TLS with an authority of its own."""

    # What a call of each path has to end with.
    WANTED = {
        "drop": "PROVIDER_UNREACHABLE", "stall": "PROVIDER_TIMEOUT", "trickle": "PROVIDER_TIMEOUT", "short": "PROVIDER_UNREACHABLE",
        "garbage": "PROVIDER_ERROR", "bomb": "PROVIDER_ERROR", "huge": "PROVIDER_ERROR", "long-head": "PROVIDER_ERROR",
        "metadata": "ADDRESS_REFUSED", "mapped": "ADDRESS_REFUSED", "zero": "ADDRESS_REFUSED", "to-file": "PROVIDER_ERROR",
        "loop": "PROVIDER_ERROR",
    }
    TARGETS = {
        "metadata": "http://169.254.169.254/latest/meta-data/", "mapped": "http://[::ffff:169.254.169.254]/", "zero": "http://0.0.0.0:80/",
        "to-file": "file:///etc/passwd", "loop": "/loop",
    }

    def __init__(self, folder=None, name=None):
        self.context = None
        if folder:
            self.authority, self.certificate = self.certificates(folder, name)
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(self.certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if folder else 'http'}://localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    @staticmethod
    def certificates(folder, name):
        """An authority, and a certificate of it with its key."""
        base = os.path.join(folder, name)

        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".ca.key",
                "-out", base + ".ca", "-days", "2", "-subj", f"/CN=authority {name}", "-addext", "basicConstraints=critical,CA:TRUE")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".key", "-out", base + ".csr",
                "-subj", "/CN=localhost")
        with open(base + ".ext", "w", encoding="utf-8") as file:
            file.write("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", base + ".csr", "-CA", base + ".ca", "-CAkey", base + ".ca.key", "-CAcreateserial", "-out",
                base + ".pem", "-days", "2", "-extfile", base + ".ext")
        with open(base + ".pem", "a", encoding="utf-8") as whole, open(base + ".key", encoding="utf-8") as key:
            whole.write(key.read())
        return base + ".ca", base + ".pem"

    def stop(self):
        self.listener.close()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            if self.context:
                peer = self.context.wrap_socket(peer, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                part = peer.recv(65536)
                if not part:
                    return
                head += part
            self.reply(peer, head.split(b" ")[1].decode().lstrip("/"))
        except OSError:
            # The client has had enough.
            pass
        finally:
            peer.close()

    def reply(self, peer, what):
        start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        if what in self.TARGETS:
            peer.sendall(f"HTTP/1.1 302 Found\r\nLocation: {self.TARGETS[what]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        elif what == "good":
            peer.sendall(start + b"Content-Length: 14\r\nConnection: close\r\n\r\n" + b'{"good": true}')
        elif what == "stall":
            time.sleep(10)
        elif what == "trickle":
            peer.sendall(start + b"Content-Length: 1000\r\n\r\n")
            for _ in range(100):
                peer.sendall(b"x")
                time.sleep(0.1)
        elif what == "short":
            peer.sendall(start + b"Content-Length: 1000\r\n\r\nnot so much")
        elif what == "garbage":
            peer.sendall(b"this is no HTTP at all\r\n\r\n")
        elif what == "bomb":
            body = gzip.compress(bytes(64 << 20))
            peer.sendall(start + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        elif what == "huge":
            peer.sendall(start + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(8192):
                peer.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        elif what == "long-head":
            peer.sendall(start + b"X-Long: " + b"y" * (1 << 20) + b"\r\n\r\n")
        # And `drop` gets nothing.
