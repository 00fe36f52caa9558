"""Signs webhooks as a provider does, and verifies by a library that nobody here wrote what Bindery forwards of them."""
import base64
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request

from alerts import TENANT, Receiver, deliveries, expect, header, until, verifies
from world import Server

PROVIDER_KEY = "whsec_judge_of_forwards_0123456789"
BODY_BYTES_MAX = 8 << 10
SIGNING = {"type": "webhook-signing", "scheme": "stripe", "secretField": "signingKey"}
SPEC = {
    "meta": {"key": "payments.judge", "version": 1, "category": "payments"},
    "capabilities": {"provides": []},
    "auth": [SIGNING],
}
# To the byte, whatever they are: spaces, numbers that no two libraries write alike, names, control characters, no text.
BODIES = [
    '{ "id":"evt_1",\t"type":"paid", "amount":12.50, "big":12345678901234567890.10, "name":"Zoë \u2028" }\n'.encode(),
    b'{"id":"evt_2","id":"evt_2b"}',
    b"a=1&b=%20&c=\xff",
    bytes(range(256)) * 4,
    b"\x00" * 2048,
    b"",
    b"x" * BODY_BYTES_MAX,
    b"x" * (BODY_BYTES_MAX + 1),
]


def post(server, body, key=PROVIDER_KEY, connection="hook"):
    """What the provider is answered: the status, and the JSON."""
    now = int(time.time())
    code = hmac.new(key.encode(), str(now).encode() + b"." + body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(f"{server.base}{TENANT}/connections/{connection}/webhooks/inbound", body, method="POST")
    request.add_header("Stripe-Signature", f"t={now},v1={code}")
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def prepare(server, url, name="shop"):
    """A connection, and a subscription to what its provider posts; the subscription's secret."""
    server.send("PUT", "/v1/specs/integrations/payments.judge/versions/1", SPEC)
    meta = {"integrationKey": "payments.judge", "integrationVersion": 1, "environment": "sandbox"}
    connection = {"meta": meta, "ownershipMode": "byok", "secretRef": "file://hook.json"}
    for tenant in (TENANT, "/v1/tenants/other-corp"):
        server.send("PUT", f"{tenant}/connections/hook", connection)
    hook = {"url": url, "events": ["webhook.received"], "connections": ["hook"]}
    return server.send("PUT", f"{TENANT}/webhooks/{name}", hook)["secret"]


def told(request):
    """What a forwarded webhook says."""
    body = json.loads(request[1])
    expect("it is of its type", body["type"] == "webhook.received")
    return body["data"]


def faithful(data, body):
    """Whether what was forwarded is what was posted, to the byte."""
    if data["bodyBytes"] != len(body) or data["bodyDigest"] != hashlib.sha256(body).hexdigest():
        return False
    if len(body) > BODY_BYTES_MAX:
        return data["bodyOmitted"] is True and "body" not in data and "bodyEncoding" not in data
    text = data["body"]
    kept = base64.b64decode(text, validate=True) if data["bodyEncoding"] == "base64" else text.encode()
    return data["bodyOmitted"] is False and kept == body


def judge_bodies(server):
    """Every body comes once, signed by the subscription's secret, to the byte; what is not signed well does not come."""
    receiver = Receiver(204)
    secret = prepare(server, receiver.url)
    ids = {}
    for body in BODIES:
        status, answer = post(server, body)
        expect(f"a signed webhook is taken: {status} {answer}", status == 200 and answer["duplicate"] is False)
        ids[answer["deliveryId"]] = body
        status, again = post(server, body)
        expect("a duplicate is known again", status == 200 and again == {**answer, "duplicate": True})
    expect("a foreign signature is refused", post(server, BODIES[0], "another key")[0] == 401)
    requests = receiver.wait(len(BODIES))
    until("deliveries", lambda: all(item["status"] == "delivered" for item in deliveries(server, "shop")))
    expect("each is forwarded once, and nothing else is", len(receiver.requests) == len(BODIES))
    expect("each has an id of its own", len({header(request, "webhook-id") for request in requests}) == len(BODIES))
    for request in requests:
        data = told(request)
        expect("what is forwarded is signed", verifies(secret, request))
        expect("a changed body is refused", not verifies(secret, (request[0], request[1].replace(b"hook", b"hock"))))
        expect("the provider's key is no key of it", PROVIDER_KEY.encode() not in request[1])
        names = (data["tenantId"], data["connectionId"], data["environment"], data["integrationKey"])
        expect("it names its connection", names == ("acme-corp", "hook", "sandbox", "payments.judge"))
        expect(f"the body is as it came: {data}", faithful(data, ids.pop(data["deliveryId"])))
    expect("all came", not ids)


def judge_retries(server):
    """What fails is sent again under its id, signed anew; what is replayed, too; and no other tenant's is sent."""
    receiver = Receiver(503, 500, 200)
    secret = prepare(server, receiver.url, "later")
    server.send("DELETE", f"{TENANT}/webhooks/shop")
    body = b'{"id":"evt_retried","type":"paid"}'
    expect("it is taken", post(server, body)[0] == 200)
    until("a failure", lambda: deliveries(server, "later")[0]["attempts"])
    delivery = deliveries(server, "later")[0]
    server.send("POST", f"{TENANT}/webhooks/later/deliveries/{delivery['id']}/replay")
    receiver.wait(2)
    until("two failures", lambda: len(deliveries(server, "later")[0]["attempts"]) == 2)
    server.send("POST", f"{TENANT}/webhooks/later/deliveries/{delivery['id']}/replay")
    requests = receiver.wait(3)
    expect("all tries have one id", {header(request, "webhook-id") for request in requests} == {delivery["id"]})
    expect("all tries have one body", len({request[1] for request in requests}) == 1)
    expect("all tries are signed", all(verifies(secret, request) for request in requests))
    until("a delivery", lambda: deliveries(server, "later")[0]["status"] == "delivered")
    statuses = [attempt["status"] for attempt in deliveries(server, "later")[0]["attempts"]]
    expect(f"all tries are told: {statuses}", statuses == [503, 500, 200])


def judge_kill(program, folder, flags):
    """What the provider was answered 200 for is forwarded by the next process, under the id of the first try."""
    receiver = Receiver(503, 200)
    server = Server(program, folder, *flags, journal="file")
    secret = prepare(server, receiver.url)
    body = b'{"id":"evt_killed"}'
    _, answer = post(server, body)
    until("a failure", lambda: deliveries(server, "shop")[0]["attempts"])
    server.process.kill()
    server.end()
    server = Server(program, folder, *flags, journal="file")
    expect("a duplicate is known after a kill", post(server, body) == (200, {**answer, "duplicate": True}))
    requests = receiver.wait(2)
    until("a delivery", lambda: deliveries(server, "shop")[0]["status"] == "delivered")
    expect("one id over a kill", header(requests[0], "webhook-id") == header(requests[1], "webhook-id"))
    expect("one body over a kill", requests[0][1] == requests[1][1])
    expect("signed over a kill", all(verifies(secret, request) for request in requests))
    expect("faithful over a kill", faithful(told(requests[1]), body) and len(receiver.requests) == 2)
    server.end()


def main():
    """Runs the judge in a folder of its own."""
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        keys = os.path.join(folder, "keys")
        with open(keys, "w", encoding="utf-8") as file:
            file.write("5a" * 32 + "\n")
        os.chmod(keys, 0o600)
        root = os.path.join(folder, "secrets")
        os.mkdir(root)
        with open(os.path.join(root, "hook.json"), "w", encoding="utf-8") as file:
            json.dump({"signingKey": PROVIDER_KEY}, file)
        flags = ["--outbound-allow", "127.0.0.0/8", "--secrets-local-key-file", keys, "--secrets-file-root", root]
        server = Server(program, os.path.join(folder, "one"), *flags)
        judge_bodies(server)
        judge_retries(server)
        server.end()
        judge_kill(program, os.path.join(folder, "two"), flags)
    print("forwarded webhooks: signatures, bodies to the byte, one id over retries, replays and a kill: as standardwebhooks wants them")


if __name__ == "__main__":
    main()
