"""Lets the server call services of AWS, whose signatures botocore computes anew; see scripts/judge-signatures."""
import base64
import calendar
import hashlib
import http.server
import json
import os
import random
import sys
import tempfile
import threading
import time

import boto3
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto import settings
from moto.server import ThreadedMotoServer

from world import KEY, Server

REGION = "eu-central-1"
TENANT = "/v1/tenants/acme-corp"
LINE = TENANT + "/configs/files-app/sandbox"
ID, SECRET, TOKEN = "AKIAJUDGEOFSIGNATURES", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token+of=the/judge=="
# A request that is older was not signed when it was sent.
AGE_SECONDS_MAX = 60
TEXT = "aZ09-._~!*'()+&=?#%/ :;,@$[]{}|^`\"<>\\\té漢😀\u0301"


class Judge:
    """AWS on loopback: refuses each request whose signature is not the one that botocore computes."""

    def __init__(self):
        judge = self
        self.secret, self.problems, self.seen, self.again = SECRET, [], [], set()
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                # The target as sent: the class folds slashes at its start.
                target = self.requestline.split(" ")[1]
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                problem = judge.problem(self.command, target, self.headers, body)
                with judge.lock:
                    judge.seen.append((self.command, target, body, self.headers.get("X-Amz-Date")))
                    if problem:
                        judge.problems.append(f"{self.command} {target}: {problem}")
                    isAgain = "retry" in target and target not in judge.again
                    judge.again.add(target)
                status = 403 if problem else 503 if isAgain else 307 if "/moved" in target else 200
                self.send_response(status)
                if status == 307:
                    self.send_header("Location", "/objects/else%20where/%C3%A9?z=1&a=&a=%2F&A=0")
                text = b"{}" if status == 200 else (problem or "later").encode()
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def problem(self, method, target, headers, body):
        """What is wrong with a request's signature; None for nothing."""
        sent = {name.lower(): value.encode("latin-1").decode() for name, value in headers.items()}
        parts = dict(part.split("=", 1) for part in sent.get("authorization", "").removeprefix("AWS4-HMAC-SHA256 ").split(", ") if "=" in part)
        if set(parts) != {"Credential", "SignedHeaders", "Signature"}:
            return "it is not signed"
        key, day, region, service, end = parts["Credential"].split("/")
        date = sent.get("x-amz-date", "")
        names = parts["SignedHeaders"].split(";")
        must = {"host", "x-amz-date"} | {name for name in sent if name.startswith("x-amz-") or name == "content-type"}
        if (key, region, end) != (ID, REGION, "aws4_request") or day != date[:8] or set(names) != must or names != sorted(names):
            return f"its scope or its headers are wrong: {parts}, and {sorted(must)} has to be signed"
        if abs(time.time() - calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))) > AGE_SECONDS_MAX:
            return f"it is of another time: {date}"
        digest = hashlib.sha256(body).hexdigest()
        if sent.get("x-amz-content-sha256", digest if service != "s3" else None) != digest:
            return "x-amz-content-sha256 is not the body's"
        kind = S3SigV4Auth if service == "s3" else SigV4Auth
        auth = kind(Credentials(ID, self.secret), service, region)
        request = AWSRequest(method, f"http://{sent['host']}{target}", {name: sent[name] for name in names}, body)
        request.context["timestamp"] = date
        canonical = auth.canonical_request(request)
        wanted = auth.signature(auth.string_to_sign(request, canonical), request)
        return None if wanted == parts["Signature"] else f"the signature is not that of {canonical!r}"


def secret_schema():
    """The fields of a key."""
    fields = {name: {"type": "string"} for name in ("accessKeyId", "secretAccessKey", "sessionToken")}
    return {"schema": {"type": "object", "properties": fields}}


def spec(key, category, service, url, operations):
    """A spec whose operations are called by the capabilities of their names."""
    provides = [{"key": f"{category}.{name}", "operation": f"{key}.{name}"} for name in operations]
    return {
        "meta": {"key": key, "version": 1, "category": category}, "capabilities": {"provides": provides}, "secretSchema": secret_schema(),
        "auth": [{"type": "aws-sigv4", "service": service, "region": "{{config.region}}"}], "transport": {"type": "rest", "baseUrl": url},
        "operations": {f"{key}.{name}": operation for name, operation in operations.items()},
    }


QUERY = {"q": "{{input.q}}", "tag": "{{input.tags}}", "empty": "", "B-é": "{{input.q}}", "b": "1"}
HEADERS = {"X-Amz-Meta-Note": "{{input.note}}", "X-Unsigned": "{{input.note}}"}
OBJECTS = {
    "get": {"method": "GET", "path": "/objects/{{+input.key}}", "query": QUERY, "headers": HEADERS},
    "head": {"method": "HEAD", "path": "/objects/{{+input.key}}"},
    "put": {"method": "PUT", "path": "/objects/{{+input.key}}", "encoding": "raw", "body": {"base64": "{{input.content}}"}, "headers": HEADERS},
    "acl": {"method": "PUT", "path": "/objects/{{+input.key}}?acl&x-id=a+b%2fc!"},
    "delete": {"method": "DELETE", "path": "/objects/{{+input.key}}"},
}
MAIL = {
    "get": {"method": "GET", "path": "/v2//things!/{{input.key}}/(it)", "query": QUERY},
    "post": {"method": "POST", "path": "/v2/things/", "body": {"q": "{{input.q}}", "tags": "{{input.tags}}"}, "query": QUERY, "safe": True},
    "form": {"method": "POST", "path": "/", "encoding": "form", "body": {"Action": "{{input.q}}", "tags": "{{input.tags}}"}},
    "bare": {"method": "POST", "path": "/v2/{{input.key}}", "safe": True},
    "remove": {"method": "DELETE", "path": "/v2/things/{{input.key}}"},
}


def world(server, specs):
    """A live config with a connection for each spec, all with the region of the judge."""
    slots, bindings = [], []
    for document, config, secret in specs:
        key = document["meta"]["key"]
        category = document["meta"]["category"]
        server.send("PUT", f"/v1/specs/integrations/{key}/versions/1", document)
        capabilities = [{"key": provided["key"]} for provided in document["capabilities"]["provides"]]
        slots.append({"slotId": key, "requiredCategory": category, "requiredCapabilities": capabilities, "required": False})
        name = "conn_" + key.replace(".", "_")
        meta = {"id": name, "integrationKey": key, "integrationVersion": 1, "environment": "sandbox"}
        connection = {"meta": meta, "ownershipMode": "byok", "secretRef": secret, "status": "active", "config": config}
        server.send("PUT", f"{TENANT}/connections/{name}", connection)
        bindings.append({"slotId": key, "connectionId": name, "scope": {"workflows": ["main"]}})
    blueprint = {"meta": {"name": "files-app", "version": 1}, "integrationSlots": slots, "workflows": {"main": {"name": "files.main", "version": 1}}}
    server.send("PUT", "/v1/specs/blueprints/files-app/versions/1", blueprint)
    version = server.send("POST", LINE + "/versions", {"meta": {"blueprintName": "files-app"}, "integrations": bindings})
    server.send("POST", f"{LINE}/versions/{version['meta']['version']}/publish", {})


def execute(server, capability, body, query="", pages=None):
    """The status and the JSON of a call."""
    request = {"workflow": "main", "input": body} | ({"pages": pages} if pages else {})
    status, text = server.answer(KEY, "POST", f"{LINE}/capabilities/{capability}/execute{query}", request)
    return status, json.loads(text)


def text(chance, count):
    """A text of odd characters that is no dot segment and has none."""
    while True:
        made = "".join(chance.choice(TEXT) for _ in range(chance.randint(1, count)))
        if not any(part in (".", "..") for part in made.split("/")):
            return made


def cases(count):
    """Calls, by capability and input: those that are known to be hard, and those that chance makes."""
    hard = [
        "a", "a b", "a+b", "a%2Fb", "%", "é漢😀", "a//b", "/a", "a/", "a?b=c&d#e", "~-._", "!*'()", "a:b@c", "a\\b|c", "retry", "retry/é ?", "a..b", "...",
    ]
    for key in hard:
        for name in OBJECTS:
            yield f"files.{name}", {"key": key, "q": key, "tags": [key, "", "b", "a", key], "note": f" {key} ", "content": base64.b64encode(key.encode()).decode()}
        for name in MAIL:
            yield f"mail.{name}", {"key": key, "q": key, "tags": [key, "", "b", "a"]}
    for name in ("get", "head"):
        yield f"files.{name}", {"key": "moved"}
    for name in ("put", "get", "delete"):
        yield f"files.{name}", {"key": "k", "content": "", "tags": []}
    chance = random.Random(7)
    for kind, operations in (("files", OBJECTS), ("mail", MAIL)):
        for _ in range(count):
            yield f"{kind}.{chance.choice(list(operations))}", {
                "key": text(chance, 24), "q": text(chance, 12), "tags": [text(chance, 6) for _ in range(chance.randint(0, 4))],
                "note": text(chance, 12).strip(), "content": base64.b64encode(chance.randbytes(chance.randint(0, 200))).decode(),
            }


def judge_signatures(server, judge, count):
    """What botocore does not agree with."""
    problems, called = [], 0
    for capability, body in cases(count):
        called += 1
        status, answer = execute(server, capability, body)
        if status != 200:
            problems.append(f"{capability} {json.dumps(body)}: {status} {answer}")
    problems += judge.problems
    retried = [date for _, target, _, date in judge.seen if "retry" in target]
    if len(judge.seen) <= called or not retried or not any("else%20where" in target for _, target, _, _ in judge.seen):
        problems.append(f"{called} calls made {len(judge.seen)} requests: nothing was tried again, or no redirect was followed")
    # The judge sees: with another key, nothing is right.
    judge.secret, judge.problems = SECRET[::-1], []
    for capability in ("files.put", "mail.post"):
        status, answer = execute(server, capability, {"key": "a", "q": "a", "content": ""})
        if status != 502 or answer["provider"]["status"] != 403 or not judge.problems:
            problems.append(f"a wrong key is not refused: {status} {answer}")
    judge.secret, judge.problems = SECRET, []
    before = len(judge.seen)
    status, shown = execute(server, "files.put", {"key": "a", "content": ""}, "?dryRun=true")
    if status != 200 or len(judge.seen) > before or "X-Amz-Date" not in json.dumps(shown) or "Signature=" in json.dumps(shown):
        problems.append(f"a dry run shows {status} {shown}")
    return problems, called


def prepare(endpoint):
    """A bucket, a sender, and a user who may use both; the user's keys and clients."""
    def clients(*keys):
        names = {"aws_access_key_id": keys[0], "aws_secret_access_key": keys[1], "region_name": REGION, "endpoint_url": endpoint}
        return {name: boto3.client(name, **names) for name in ("s3", "sesv2", "iam")}
    root = clients("any", "any")
    root["s3"].create_bucket(Bucket="acme-documents", CreateBucketConfiguration={"LocationConstraint": REGION})
    root["sesv2"].create_email_identity(EmailIdentity="billing@acme.com")
    root["iam"].create_user(UserName="bindery")
    made = root["iam"].create_access_key(UserName="bindery")["AccessKey"]
    allow = {"Effect": "Allow", "Action": ["s3:*", "ses:*"], "Resource": "*"}
    root["iam"].put_user_policy(UserName="bindery", PolicyName="use", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    return made, clients(made["AccessKeyId"], made["SecretAccessKey"])


def catalogue(key, endpoint):
    """A spec of the catalogue whose calls go to moto."""
    with open(f"config/catalogue/{key}.json", encoding="utf-8") as file:
        document = json.load(file)
    document["transport"]["baseUrl"] = endpoint
    if key == "email.ses":
        # moto does not play the account, which its health check reads.
        del document["healthCheck"]
    return document


def judge_services(server, clients):
    """What moto, and boto3 that looks at it, do not agree with."""
    problems = []

    def expect(what, answer, status, found=True):
        if answer[0] != status or not found:
            problems.append(f"{what}: {answer[0]} {json.dumps(answer[1])[:600]}")

    s3 = clients["s3"]
    for path in ("a.txt", "reports/2025 é/a+b=c&d?.txt", "a//b", "100%", "~!*'()"):
        expect(f"write {path}", execute(server, "storage.writeText", {"path": path, "text": "hé " + path}), 200)
        kept = s3.get_object(Bucket="acme-documents", Key=path)["Body"].read().decode()
        answer = execute(server, "storage.readText", {"path": path})
        expect(f"read {path}", answer, 200, kept == "hé " + path and answer[1].get("output") == kept)
        answer = execute(server, "storage.getMetadata", {"path": path})
        size = str(len(kept.encode()))
        expect(f"look at {path}", answer, 200, answer[1].get("output", {}).get("size") == size and answer[1]["output"].get("etag"))
    answer = execute(server, "storage.list", {"path": "reports/2025 é/", "limit": 10})
    listed = (answer[1].get("output") or {}).get("items", [])
    expect("list", answer, 200, [item.get("Key") for item in listed] == ["reports/2025 é/a+b=c&d?.txt"])
    answer = execute(server, "storage.list", {"path": "no such/"})
    expect("list nothing", answer, 200, answer[1].get("output") == {"items": []})
    answer = execute(server, "storage.list", {"path": "a", "limit": 1}, pages=5)
    expect("list pages", answer, 200, [item.get("Key") for item in answer[1].get("output") or []] == ["a.txt", "a//b"])
    expect("delete", execute(server, "storage.delete", {"path": "a//b"}), 200)
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket="acme-documents")["Contents"]}
    if keys != {"a.txt", "reports/2025 é/a+b=c&d?.txt", "100%", "~!*'()"}:
        problems.append(f"the bucket holds {keys}")
    answer = execute(server, "storage.readText", {"path": "a//b"})
    expect("read what is gone", answer, 502, answer[1].get("provider", {}).get("code") == "NoSuchKey")
    expect("look at the bucket", execute(server, "storage.getBucket", {}), 200)
    mail = {"to": "ada@example.com", "subject": "Hé", "textBody": "Hello"}
    for capability, body in (("email.send", mail), ("email.sendHtml", mail | {"htmlBody": "<p>Hello"})):
        answer = execute(server, capability, body)
        expect(capability, answer, 200, answer[1].get("output", {}).get("MessageId"))
    # Reading an identity is not asked: there moto refuses the signature of boto3, too.
    return problems


def main(program, count):
    """Starts all of it, judges, and ends it."""
    judge = Judge()
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    endpoint = "http://{}:{}".format(*moto.get_host_and_port())
    made, clients = prepare(endpoint)
    # From now on moto judges every request by its signature and the user's policy.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    key = {"accessKeyId": ID, "secretAccessKey": SECRET}
    os.environ["BINDERY_SECRET_LENT"] = json.dumps(key | {"sessionToken": TOKEN})
    os.environ["BINDERY_SECRET_KEY"] = json.dumps(key)
    os.environ["BINDERY_SECRET_USER"] = json.dumps({"accessKeyId": made["AccessKeyId"], "secretAccessKey": made["SecretAccessKey"]})
    os.environ["BINDERY_SECRET_FALSE"] = json.dumps({"accessKeyId": made["AccessKeyId"], "secretAccessKey": made["SecretAccessKey"][::-1]})
    region = {"region": REGION}
    files = catalogue("storage.s3", endpoint)
    specs = [
        (spec("files.judge", "files", "s3", judge.url, OBJECTS), region, "env://BINDERY_SECRET_LENT"),
        (spec("mail.judge", "mail", "ses", judge.url + "/", MAIL), region, "env://BINDERY_SECRET_KEY"),
        (files, region | {"bucket": "acme-documents"}, "env://BINDERY_SECRET_USER"),
        (catalogue("email.ses", endpoint), region | {"from": "billing@acme.com"}, "env://BINDERY_SECRET_USER"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder, "--outbound-allow", "127.0.0.0/8")
        try:
            world(server, specs)
            problems, called = judge_signatures(server, judge, count)
            problems += judge_services(server, clients)
            connection = server.send("GET", TENANT + "/connections/conn_storage_s3")
            for member in ("revision", "health"):
                connection.pop(member, None)
            server.send("PUT", TENANT + "/connections/conn_storage_s3", connection | {"secretRef": "env://BINDERY_SECRET_FALSE"})
            status, answer = execute(server, "storage.readText", {"path": "a.txt"})
            if status != 502 or answer["provider"]["status"] != 403:
                problems.append(f"moto takes a wrong key: {status} {answer}")
            trail = server.answer(KEY, "GET", TENANT + "/audit?limit=500")[1].decode()
        finally:
            server.end()
            moto.stop()
    hidden = {"a secret key": SECRET, "a session token": TOKEN, "a key of moto": made["SecretAccessKey"], "a signature": "Signature="}
    for place, found in (("log", "".join(server.log)), ("audit", trail)):
        problems += [f"the {place} holds {name}" for name, secret in hidden.items() if secret in found]
    if "X-Amz-Date" not in trail:
        problems.append("the audit does not show what was signed")
    if problems:
        sys.exit("judge-signatures: " + "\njudge-signatures: ".join(problems[:20]) + f"\njudge-signatures: {len(problems)} problems")
    print(f"judge-signatures: botocore computes the same of {called} calls, and moto takes those of the catalogue's S3 and SES")


main(sys.argv[1], int(sys.argv[2]))
