"""What the worlds of the judge share: a server of its own, and what a difference is."""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

KEY = "key-of-the-judge-0123456789-0123456789"


class Difference(Exception):
    """The two engines do not agree; says all that is needed to ask again."""


class Server:
    def __init__(self, program, folder):
        environment = dict(os.environ, BINDERY_BOOTSTRAP_KEY=KEY)
        command = [program, "serve", "--journal", "memory", "--listen", "127.0.0.1:0", "--data", folder]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            at = line.find("127.0.0.1:")
            if at >= 0:
                port = "".join(take_digits(line[at + len("127.0.0.1:"):]))
                self.base = f"http://127.0.0.1:{port}"
                return
        sys.exit("judge-policy: the server did not start")

    def send(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            sys.exit(f"judge-policy: {method} {path} is refused: {error.read().decode()}")

    def end(self):
        self.process.terminate()
        self.process.wait()


def take_digits(text):
    for character in text:
        if not character.isdigit():
            return
        yield character
