"""Receives alerts, and verifies them by a library that nobody here wrote."""
import http.server
import json
import os
import sys
import tempfile
import threading
import time

from standardwebhooks import Webhook, WebhookVerificationError

from world import Refused, Server

WAIT_SECONDS_MAX = 60
TENANT = "/v1/tenants/acme-corp"
SPEC = {
    "meta": {"key": "payments.judge", "version": 1, "category": "payments"},
    "supportedModes": ["byok"],
    "capabilities": {"provides": [{"key": "payments.charge", "version": 1, "operation": "charge"}]},
    "transport": {"type": "rest", "baseUrl": "http://127.0.0.1:1"},
    "operations": {"charge": {"method": "POST", "path": "/charge"}},
}


class Receiver:
    """An endpoint that answers by its list of statuses, the last of them for ever, and keeps what came."""

    def __init__(self, *statuses, location=None):
        self.statuses = list(statuses)
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                receiver.requests.append((dict(self.headers.items()), body))
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        """The requests, when there are so many."""
        until("an alert", lambda: len(self.requests) >= count)
        return self.requests


def until(what, holds):
    """Waits until it holds."""
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"judge: {what} did not come to pass")
        time.sleep(0.02)


def expect(what, holds):
    """Ends the judge when it does not hold."""
    if not holds:
        sys.exit(f"judge: {what}")


def header(request, name):
    """A header of a request."""
    return {key.lower(): value for key, value in request[0].items()}[name]


def verifies(secret, request):
    """Whether the library takes a request."""
    headers = {name: header(request, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(secret).verify(request[1], headers)
        return True
    except WebhookVerificationError:
        return False


def deliveries(server, hook):
    """What is known of a webhook's deliveries, the newest first."""
    return server.send("GET", f"{TENANT}/webhooks/{hook}/deliveries")["items"]


def judge_signatures(server):
    """Signatures, of one secret and of two, and of none any more."""
    receiver = Receiver(200)
    path = f"{TENANT}/webhooks/signed"
    first = server.send("PUT", path, {"url": receiver.url})["secret"]
    ping = server.send("POST", f"{path}/test")
    request = receiver.wait(1)[0]
    expect("a good signature is taken", verifies(first, request))
    expect("another secret is refused", not verifies("whsec_" + "QUJD" * 8, request))
    expect("a changed body is refused", not verifies(first, (request[0], request[1] + b" ")))
    expect("the id is the delivery's", header(request, "webhook-id") == ping["id"])
    body = json.loads(request[1])
    expect("a payload has type, timestamp, data", body["type"] == "webhook.ping" and body["timestamp"] and body["data"])

    second = server.send("POST", f"{path}/rotate-secret", {"overlapSeconds": 3})["secret"]
    ended = time.monotonic() + 3.5
    server.send("POST", f"{path}/test")
    request = receiver.wait(2)[1]
    expect("the new secret is taken in the overlap", verifies(second, request))
    expect("the old secret is taken in the overlap", verifies(first, request))
    time.sleep(max(0, ended - time.monotonic()))
    server.send("POST", f"{path}/test")
    request = receiver.wait(3)[2]
    expect("the new secret is taken after the overlap", verifies(second, request))
    expect("the old secret is refused after the overlap", not verifies(first, request))

    until("a delivery", lambda: all(item["status"] == "delivered" for item in deliveries(server, "signed")))
    server.send("POST", f"{path}/deliveries/{ping['id']}/replay")
    request = receiver.wait(4)[3]
    expect("a replay has the same id", header(request, "webhook-id") == ping["id"])
    expect("a replay is signed anew", verifies(second, request))


def judge_events(server):
    """What happens to a connection is told to whoever wants to know."""
    receiver = Receiver(204)
    hook = {"url": receiver.url, "events": ["connection.paused"], "environments": ["sandbox"]}
    secret = server.send("PUT", f"{TENANT}/webhooks/pauses", hook)["secret"]
    server.send("PUT", "/v1/specs/integrations/payments.judge/versions/1", SPEC)
    for environment in ("sandbox", "production"):
        meta = {"integrationKey": "payments.judge", "integrationVersion": 1, "environment": environment}
        connection = f"{TENANT}/connections/conn-{environment}"
        server.send("PUT", connection, {"meta": meta, "ownershipMode": "byok"})
        server.send("POST", f"{connection}/pause", {"reason": "maintenance"})
        server.send("POST", f"{connection}/resume", {})
    request = receiver.wait(1)[0]
    until("a delivery", lambda: deliveries(server, "pauses")[0]["status"] == "delivered")
    expect("an alert is signed", verifies(secret, request))
    data = json.loads(request[1])["data"]
    expect("an alert names its connection", data["connectionId"] == "conn-sandbox" and data["tenantId"] == "acme-corp")
    expect("nothing else was told", len(receiver.requests) == 1 and len(deliveries(server, "pauses")) == 1)


def judge_refusals(server):
    """A redirect is not followed, and 410 ends it."""
    lure = Receiver(200)
    receiver = Receiver(307, location=lure.url)
    server.send("PUT", f"{TENANT}/webhooks/elsewhere", {"url": receiver.url})
    server.send("POST", f"{TENANT}/webhooks/elsewhere/test")
    until("a redirect", lambda: deliveries(server, "elsewhere")[0]["attempts"])
    delivery = deliveries(server, "elsewhere")[0]
    expect("a redirect is a failure", delivery["status"] == "pending" and delivery["attempts"][0]["status"] == 307)
    expect("a redirect is not followed", not lure.requests)
    gone = Receiver(410)
    server.send("PUT", f"{TENANT}/webhooks/gone", {"url": gone.url})
    server.send("POST", f"{TENANT}/webhooks/gone/test")
    until("410", lambda: server.send("GET", f"{TENANT}/webhooks/gone")["status"] == "disabled")
    expect("410 has its reason", server.send("GET", f"{TENANT}/webhooks/gone")["statusReason"] == "ENDPOINT_GONE")


def judge_kill(program, folder, flags):
    """A server that is killed between two attempts goes on with the second one."""
    receiver = Receiver(503, 200)
    server = Server(program, folder, *flags, journal="file")
    secret = server.send("PUT", f"{TENANT}/webhooks/killed", {"url": receiver.url})["secret"]
    server.send("POST", f"{TENANT}/webhooks/killed/test")
    until("a failure", lambda: deliveries(server, "killed")[0]["attempts"])
    server.process.kill()
    server.end()
    server = Server(program, folder, *flags, journal="file")
    requests = receiver.wait(2)
    expect("the second attempt has the id of the first", header(requests[0], "webhook-id") == header(requests[1], "webhook-id"))
    expect("the second attempt is signed", verifies(secret, requests[1]))
    until("a delivery", lambda: deliveries(server, "killed")[0]["status"] == "delivered")
    statuses = [attempt["status"] for attempt in deliveries(server, "killed")[0]["attempts"]]
    expect("both attempts are told", statuses == [503, 200])
    server.end()
    return secret


def judge(program, folder):
    """Judges everything; the secrets that were seen are in no log and in no file."""
    keys = os.path.join(folder, "keys")
    with open(keys, "w", encoding="utf-8") as file:
        file.write("5a" * 32 + "\n")
    os.chmod(keys, 0o600)
    flags = ["--outbound-allow", "127.0.0.0/8", "--secrets-local-key-file", keys]
    server = Server(program, os.path.join(folder, "one"), *flags)
    judge_signatures(server)
    judge_events(server)
    judge_refusals(server)
    server.end()
    secret = judge_kill(program, os.path.join(folder, "two"), flags)
    for place, _, names in os.walk(os.path.join(folder, "two")):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                expect("no secret is in a file", secret.removeprefix("whsec_").encode() not in file.read())

    bare = Server(program, os.path.join(folder, "three"))
    try:
        bare.send("PUT", f"{TENANT}/webhooks/none", {"url": "https://alerts.example/"})
        sys.exit("judge: a webhook is made without a master key")
    except Refused as refusal:
        expect("without a master key the reason is told", "SECRET_STORE_NOT_CONFIGURED" in str(refusal))
    bare.end()


def main():
    """Runs the judge in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        judge(sys.argv[1], folder)
    print("alerts: signatures, overlaps, replays, events, a redirect, 410, a kill: as standardwebhooks wants them")


if __name__ == "__main__":
    main()
