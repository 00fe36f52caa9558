"""Posts webhooks that providers' own libraries signed, and changed ones; see scripts/judge-webhooks."""
import http.client
import json
import os
import random
import sys
import tempfile
import time
import urllib.parse

from signers import all_signers
from world import Server

PATH = "/v1/tenants/acme-corp/connections/{}/webhooks/inbound"
PUBLIC = "https://hooks.judge.example"


class Posts:
    """A server with a connection for each signer."""

    def __init__(self, program, folder, signers):
        settings = os.path.join(folder, "bindery.json")
        with open(settings, "w", encoding="utf-8") as file:
            json.dump(
                {"auth": {"failuresPerMinute": 1000000}, "publicUrl": PUBLIC, "secrets": {"file": {"root": folder}}},
                file,
            )
        self.server = Server(program, folder, "--config", settings)
        self.peer = http.client.HTTPConnection(self.server.base.removeprefix("http://"))
        for name, signer in signers.items():
            key = f"judge.{name}"
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                json.dump({"signingKey": signer.secret}, file)
            auth = [{"type": "webhook-signing", "secretField": "signingKey", **signer.members}]
            spec = {"meta": {"key": key, "version": 1, "category": "judge"}, "capabilities": {"provides": []}, "auth": auth}
            self.server.send("PUT", f"/v1/specs/integrations/{key}/versions/1", spec)
            connection = {
                "meta": {"integrationKey": key, "integrationVersion": 1, "environment": "sandbox"},
                "ownershipMode": "byok", "secretRef": f"file://{name}",
            }
            self.server.send("PUT", f"/v1/tenants/acme-corp/connections/{name}", connection)

    def post(self, name, target, headers, body):
        """The status and the answer."""
        try:
            self.peer.request("POST", PATH.format(name) + target, body, headers)
            answer = self.peer.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, ConnectionError):
            self.peer.close()
            raise


def target_of(signer, body):
    return signer.target(body) if hasattr(signer, "target") else ""


def changed(rng, signer, headers, body):
    """The request with one thing changed: a header field of the signer's, or the body."""
    headers, body = dict(headers), bytearray(body)
    place = rng.choice([*headers, "body", "body"])
    if place == "body":
        way = rng.randrange(4)
        at = rng.randrange(len(body))
        if way == 0:
            body[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            del body[at]
        elif way == 2:
            body.insert(at, rng.randrange(256))
        else:
            body = body[: rng.randrange(len(body))]
        return headers, bytes(body)
    text = list(headers[place])
    at = rng.randrange(len(text))
    way = rng.randrange(6)
    if way == 0:
        text[at] = chr(rng.randrange(0x21, 0x7F))
    elif way == 1:
        del text[at]
    elif way == 2:
        text.insert(at, chr(rng.randrange(0x20, 0x7F)))
    elif way == 3:
        text = text[:at]
    elif way == 4:
        text = text + [rng.choice([",", " ", ", ", ";"])] + text
    else:
        text[at] = text[at].swapcase()
    headers[place] = "".join(text).strip()
    return headers, bytes(body)


def judge(posts, name, signer, count, problems):
    """Good ones are taken once, and changed ones as the library would take them, or not at all."""
    rng = random.Random(f"webhooks {name}")
    taken = refused = stricter = 0
    for number in range(count):
        body = signer.body(number)
        target = target_of(signer, body)
        url = PUBLIC + PATH.format(name) + target
        now = int(time.time())
        signed = signer.sign(url, body, now)
        headers = {"Content-Type": signer.type, **signed}
        if number < 5:
            first = posts.post(name, target, headers, body)
            again = posts.post(name, target, headers, body)
            duplicates = [json.loads(text).get("duplicate") if status == 200 else status for status, text in (first, again)]
            # All of one id are one event.
            wanted = [number > 0 and "webhook-id" in headers, True]
            if duplicates != wanted:
                problems.append(f"{name}: {duplicates}, not {wanted}: {headers} {body}")
            for late in (-1000, 1000):
                if signer.members["scheme"] in ("github", "twilio") or not signer.members.get("timestampHeader", signer.header):
                    continue
                if "X-Signature" in signed and "X-Time" not in signed:
                    continue
                status, _ = posts.post(name, target, {**headers, **signer.sign(url, body, now + late)}, body)
                if status != 401:
                    problems.append(f"{name}: {status} {late} s from now")
        other, text = changed(rng, signer, signed, body)
        if (other, text) == (signed, body):
            continue
        status, _ = posts.post(name, target, {"Content-Type": signer.type, **other}, text)
        if status not in (200, 401):
            problems.append(f"{name}: {status} for {other} {text}")
        opinion = signer.takes(url, other, text)
        taken, refused = taken + (status == 200), refused + (status == 401)
        if status == 200 and opinion is False and not same(signed, other, text == body):
            problems.append(f"{name}: taken, and not by its library: {other} {text}")
        if status == 200 and opinion is None and not same(signed, other, same_body(signer, body, text)):
            problems.append(f"{name}: taken, changed: {other} {text}")
        if status == 401 and opinion:
            stricter += 1
    return taken, refused, stricter


def same_body(signer, body, text):
    """Whether two bodies say the same: of a form, its fields."""
    if "form" not in signer.type:
        return body == text
    return urllib.parse.parse_qsl(body) == urllib.parse.parse_qsl(text)


def same(signed, other, is_body_same):
    """Whether a change is one of case, spaces and repetition alone: it says what was signed."""

    def plain(text):
        return "".join(text.lower().split()).rstrip(",;=")

    return is_body_same and all(plain(signed[name]) in plain(other[name]) or plain(other[name]) in plain(signed[name]) for name in signed)


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        signers = all_signers()
        posts = Posts(program, folder, signers)
        totals = [0, 0, 0]
        for name, signer in signers.items():
            found = judge(posts, name, signer, count, problems)
            totals = [total + part for total, part in zip(totals, found)]
        posts.server.end()
        log = "".join(posts.server.log)
        problems += [f"the secret of {name} is in the log" for name, signer in signers.items() if signer.secret in log]
    print(
        f"{len(signers)} signers, {count} changed requests each: {totals[0]} say the same and are taken, {totals[1]} are refused, "
        f"{totals[2]} of these would be taken by the library"
    )
    for problem in problems[:40]:
        print("judge-webhooks:", problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
