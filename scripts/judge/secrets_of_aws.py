"""Lets the server read secrets of moto, which checks signatures and policies; see scripts/judge-secrets."""
import http.server
import json
import os
import sys
import tempfile
import threading

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

from world import KEY, Server

REGION = "eu-central-1"
TENANT = "/v1/tenants/acme-corp"
LINE = TENANT + "/configs/invoice-app/sandbox"
SECRET = "key-of-the-provider-0123456789"
TEXTS = {
    "integrations/acme/whole": json.dumps({"apiKey": SECRET}), "integrations/acme/plain": SECRET,
    "integrations/acme/fields": json.dumps({"live": SECRET, "test": "another"}), "others/hidden": SECRET,
}


class Provider:
    """A provider on loopback that remembers what it was shown."""

    def __init__(self):
        shown = self.shown = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                shown.append(self.headers.get("Authorization"))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def prepare(endpoint):
    """Secrets, and a user who may read some of them; its keys."""
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": REGION, "endpoint_url": endpoint}
    manager, iam = boto3.client("secretsmanager", **keys), boto3.client("iam", **keys)
    for name, text in TEXTS.items():
        manager.create_secret(Name=name, SecretString=text)
    manager.create_secret(Name="integrations/acme/bytes", SecretBinary=SECRET.encode())
    manager.create_secret(Name="integrations/acme/gone", SecretString=SECRET)
    manager.delete_secret(SecretId="integrations/acme/gone", RecoveryWindowInDays=7)
    found = manager.describe_secret(SecretId="integrations/acme/whole")["ARN"]
    iam.create_user(UserName="bindery")
    made = iam.create_access_key(UserName="bindery")["AccessKey"]
    allow = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    iam.put_user_policy(UserName="bindery", PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    iam.create_user(UserName="nobody")
    other = iam.create_access_key(UserName="nobody")["AccessKey"]
    return made, other, found


def lock():
    """From now on every request is judged by its signature and the policies."""
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0


def write(path, key_id, secret):
    """Credentials in the form of AWS's own tools."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n")
    os.replace(path + ".new", path)


def world(server, url):
    """A live config with a connection to the provider."""
    spec = {
        "meta": {"key": "payments.test", "version": 1, "category": "payments"}, "supportedModes": ["byok"],
        "capabilities": {"provides": [{"key": "payments.charge", "operation": "payments.test.charge"}]},
        "secretSchema": {"schema": {"type": "object", "properties": {"apiKey": {"type": "string"}}}},
        "auth": [{"type": "bearer", "secretField": "apiKey"}], "transport": {"type": "rest", "baseUrl": url},
        "operations": {"payments.test.charge": {"method": "POST", "path": "/charges"}},
    }
    server.send("PUT", "/v1/specs/integrations/payments.test/versions/1", spec)
    slot = {"slotId": "primary", "requiredCategory": "payments", "requiredCapabilities": [{"key": "payments.charge"}], "required": True}
    blueprint = {
        "meta": {"name": "invoice-app", "version": 1}, "integrationSlots": [slot],
        "workflows": {"checkout": {"name": "invoice.checkout", "version": 1}},
    }
    server.send("PUT", "/v1/specs/blueprints/invoice-app/versions/1", blueprint)
    connect(server, "aws-sm://integrations/acme/whole")
    binding = {"slotId": "primary", "connectionId": "conn", "scope": {"workflows": ["checkout"]}}
    server.send("POST", LINE + "/versions", {"meta": {"blueprintName": "invoice-app"}, "integrations": [binding]})
    server.send("POST", LINE + "/versions/1/publish", {})


def connect(server, reference):
    """The connection, with this secret."""
    meta = {"id": "conn", "integrationKey": "payments.test", "integrationVersion": 1, "environment": "sandbox"}
    server.send("PUT", TENANT + "/connections/conn", {"meta": meta, "ownershipMode": "byok", "secretRef": reference, "status": "active"})


def execute(server):
    """The status and the JSON of a call."""
    status, text = server.answer(KEY, "POST", LINE + "/capabilities/payments.charge/execute", {"workflow": "checkout", "input": {}})
    return status, json.loads(text)


def judge(server, provider, credentials, keys, other, arn):
    """What is not as it should be."""
    problems = []

    def expect(reference, words=None):
        connect(server, reference)
        provider.shown.clear()
        status, answer = execute(server)
        if words is None and (status != 200 or provider.shown != [f"Bearer {SECRET}"]):
            problems.append(f"{reference}: {status}, the provider was shown {len(provider.shown)}: {answer}")
        if words is not None and (status != 502 or provider.shown or words not in answer.get("detail", "")):
            problems.append(f"{reference}: {status}, not 502 with '{words}': {answer}")

    write(credentials, keys["AccessKeyId"], keys["SecretAccessKey"])
    for path in ("integrations/acme/whole", "integrations/acme/plain", "integrations/acme/fields#live", "integrations/acme/bytes", arn):
        expect("aws-sm://" + path)
    expect("aws-sm://integrations/acme/none", "no such secret")
    expect("aws-sm://integrations/acme/gone", "marked for deletion")
    expect("aws-sm://integrations/acme/fields#none", "no such field")
    write(credentials, keys["AccessKeyId"], keys["SecretAccessKey"][:-1] + "x")
    expect("aws-sm://others/hidden", "does not let")
    write(credentials, "AKIANOBODYKNOWSTHIS", keys["SecretAccessKey"])
    expect("aws-sm://others/hidden", "does not let")
    write(credentials, other["AccessKeyId"], other["SecretAccessKey"])
    expect("aws-sm://others/hidden", "does not let")
    write(credentials, keys["AccessKeyId"], keys["SecretAccessKey"])
    expect("aws-sm://others/hidden")
    return problems


def main(program):
    """Starts all of it, judges, and ends it."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys, other, arn = prepare(endpoint)
    lock()
    provider = Provider()
    with tempfile.TemporaryDirectory() as folder:
        credentials = os.path.join(folder, "credentials")
        write(credentials, keys["AccessKeyId"], keys["SecretAccessKey"])
        server = Server(
            program, folder, "--outbound-allow", "127.0.0.0/8", "--secrets-aws-region", REGION,
            "--secrets-aws-endpoint", endpoint, "--secrets-aws-credentials-file", credentials,
        )
        try:
            world(server, provider.url)
            problems = judge(server, provider, credentials, keys, other, arn)
        finally:
            server.end()
            moto.stop()
        log = "".join(server.log)
        problems += [f"the log holds {name}" for name, text in (("a secret", SECRET), ("a key of AWS", keys["SecretAccessKey"])) if text in log]
    if problems:
        sys.exit("judge-secrets: " + "\njudge-secrets: ".join(problems))
    print("judge-secrets: secrets of moto are read, and refused, as they should be")


main(sys.argv[1])
