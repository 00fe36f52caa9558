"""What the judges share: a server of their own, and what a difference is."""
import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request

KEY = "key-of-the-judge-0123456789-0123456789"
# An answer that takes longer is none.
ANSWER_SECONDS_MAX = 120


class Difference(Exception):
    """The two engines do not agree; says all that is needed to ask again."""


class Refused(Exception):
    """The server refuses a request of the judge."""


class Server:
    """A server of its own, over an empty folder; `log` is what it has printed."""

    def __init__(self, program, folder, *flags, journal="memory"):
        environment = dict(os.environ, BINDERY_BOOTSTRAP_KEY=KEY, BINDERY_SECRET_JUDGE='{"apiKey": "none"}')
        command = [program, "serve", "--journal", journal, "--listen", "127.0.0.1:0", "--data", folder, *flags]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.log = []
        for line in self.process.stdout:
            self.log.append(line)
            address = re.search(r"127\.0\.0\.1:[1-9]\d*", line)
            if address:
                self.base = f"http://{address[0]}"
                # It goes on writing, and the pipe must not fill.
                self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stdout), daemon=True)
                self.reader.start()
                return
        sys.exit("judge: the server did not start:\n" + "".join(self.log))

    def answer(self, bearer, method, path, body=None):
        """The status and the body of an answer."""
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def send(self, method, path, body=None):
        """The answer's JSON, to a request that has to succeed."""
        status, text = self.answer(KEY, method, path, body)
        if status >= 300:
            raise Refused(f"{method} {path} is refused: {text.decode()}")
        return json.loads(text or b"null")

    def end(self):
        """Ends it; afterwards the log is whole."""
        self.process.terminate()
        self.process.wait()
        self.reader.join()
