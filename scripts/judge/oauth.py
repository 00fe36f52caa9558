"""Has the server get its tokens from an authorization server that nobody here wrote; see scripts/judge-oauth."""
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from authserver import ACCOUNT, CLIENT_ID, CLIENT_SECRET, USER, AuthServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from world import KEY, Server

CALLBACK = "https://bindery.judge/v1/connect/callback"
TENANT, LINE = "/v1/tenants/judge", "/v1/tenants/judge/configs/judged/sandbox"
CLIENT = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A browser that shows where it is sent."""

    def redirect_request(self, *_):
        return None


def expect(what, is_good, *seen):
    """Ends the judge where something is not as it should be."""
    if not is_good:
        sys.exit(f"judge-oauth: {what}: {seen}")
    print(f"judge-oauth: {what}")


class World:
    """A server of ours with connections of each grant, and the authorization server."""

    def __init__(self, program, folder):
        self.issuer = AuthServer()
        self.issuer.client.redirect_uri = CALLBACK
        os.makedirs(folder + "/secrets", exist_ok=True)
        with open(folder + "/secrets/client", "w", encoding="utf-8") as file:
            json.dump(CLIENT, file)
        with open(folder + "/secrets/account", "w", encoding="utf-8") as file:
            json.dump(self.key_file(), file)
        os.environ["JUDGE_MASTER_KEYS"] = os.urandom(32).hex()
        self.server = Server(
            program, folder + "/data", "--outbound-allow", "127.0.0.0/8", "--secrets-file-root", folder + "/secrets",
            "--secrets-local-key-variable", "JUDGE_MASTER_KEYS", "--oauth-callback-url", CALLBACK,
        )

    def key_file(self):
        """The key file of a service account whose public half the issuer knows."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
        public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.issuer.account_key = public.decode()
        private = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
        return {"type": "service_account", "client_email": ACCOUNT, "private_key_id": "judged", "private_key": private}

    def put(self, key, secret="client", **method):
        """A spec with this method, a connection of it, and a live config that binds it."""
        base = self.issuer.base
        auth = {"type": "oauth2", "tokenUrl": base + "/token", "scopes": ["things"], **method}
        self.server.send("PUT", f"/v1/specs/integrations/{key}/versions/1", {
            "meta": {"key": key, "version": 1, "category": key}, "auth": [auth],
            "capabilities": {"provides": [{"key": f"{key}.read", "operation": f"{key}.things"}]},
            "transport": {"type": "rest", "baseUrl": base}, "operations": {f"{key}.things": {"method": "GET", "path": "/things"}},
        })
        self.server.send("POST", TENANT + "/connections", {
            "meta": {"id": key, "integrationKey": key, "integrationVersion": 1, "environment": "sandbox"},
            "ownershipMode": "byok", "secretRef": "file://" + secret,
        })

    def publish(self, *keys):
        """Binds the connections."""
        slots = [{"slotId": key, "requiredCategory": key, "requiredCapabilities": [{"key": f"{key}.read"}]} for key in keys]
        self.server.send("PUT", "/v1/specs/blueprints/judged/versions/1", {
            "meta": {"name": "judged", "version": 1}, "integrationSlots": slots, "workflows": {"w": {"name": "w", "version": 1}},
        })
        bindings = [{"slotId": key, "connectionId": key, "scope": {"workflows": ["w"]}} for key in keys]
        self.server.send("POST", LINE + "/versions", {"meta": {"blueprintName": "judged"}, "integrations": bindings})
        self.server.send("POST", LINE + "/versions/1/publish", {})

    def call(self, key):
        """The status and the answer of a call."""
        status, body = self.server.answer(KEY, "POST", f"{LINE}/capabilities/{key}.read/execute", {"workflow": "w"})
        return status, json.loads(body)

    def browse(self, url):
        """Where the authorization server sends a user's browser."""
        try:
            urllib.request.build_opener(NoRedirect).open(url, timeout=30)
        except urllib.error.HTTPError as error:
            return error.headers["Location"]
        return None

    def come_back(self, location):
        """The callback's answer to a browser that was sent there."""
        return self.server.answer("", "GET", location.removeprefix("https://bindery.judge"))

    def connect(self, key):
        """A consent, up to where the browser is sent back."""
        begun = self.server.send("POST", f"{TENANT}/connections/{key}/connect", {})
        return self.browse(begun["authorizationUrl"])


def judge_client_credentials(world):
    """The client's own tokens, by both ways to authenticate."""
    for key in ("own", "posted"):
        status, answer = world.call(key)
        expect(f"{key}: a call carries a token", status == 200, answer)
    count = len(world.issuer.token_requests)
    for _ in range(5):
        world.call("own")
    expect("the token is used again", len(world.issuer.token_requests) == count)
    for token in world.issuer.tokens:
        token.revoked = True
    status, answer = world.call("own")
    expect("a token that was revoked is replaced", status == 200 and answer["attempts"] == 2, answer)
    world.issuer.client.methods = {"client_secret_post"}
    world.issuer.revoke_all()
    status, answer = world.call("own")
    expect("a client that may not authenticate so is told", status == 502, answer)
    world.issuer.client.methods = {"client_secret_basic", "client_secret_post"}


def judge_service_account(world):
    """Tokens for an assertion that the account signs, and for a user."""
    for key in ("robot", "deputy"):
        status, answer = world.call(key)
        expect(f"{key}: a call carries a token for an assertion", status == 200, answer)
    world.issuer.revoke_all()
    known, world.issuer.account_key = world.issuer.account_key, None
    world.key_file()
    status, answer = world.call("robot")
    expect("an assertion by another key is refused, and told", status in (409, 502), status, answer)
    world.issuer.account_key = known


def judge_consent(world):
    """A user's consent, and what must not be one."""
    status, answer = world.call("user")
    expect("without a consent there is no token", status == 502 and answer["reason"] == "NEEDS_REAUTHORIZATION", answer)
    first = world.connect("user")
    location = world.connect("user")
    expect("a consent that another one followed is over", world.come_back(first)[0] == 400)
    parsed = urllib.parse.urlsplit(location)
    fields = dict(urllib.parse.parse_qsl(parsed.query))
    forged = fields["state"][:-1] + ("A" if fields["state"][-1] != "A" else "B")
    query = urllib.parse.urlencode({**fields, "state": forged})
    expect("a forged state is refused", world.come_back(f"/v1/connect/callback?{query}")[0] == 400)
    status, text = world.come_back(location)
    expect("the answer connects", status == 200, text)
    expect("the answer holds no token", fields["code"].encode() not in text)
    expect("the same answer does not connect twice", world.come_back(location)[0] == 400)
    connection = world.server.send("GET", TENANT + "/connections/user")
    is_good = connection["status"] == "active" and connection["secretRef"].startswith("local://") and "statusReason" not in connection
    expect("the connection is in service", is_good, connection)
    status, answer = world.call("user")
    expect("a call carries the user's token", status == 200, answer)


def judge_injection(world):
    """A code that somebody else's request brought has another challenge."""
    mine, other = world.connect("user"), world.connect("other")
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(other).query))["code"]
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(mine).query))
    status, text = world.come_back("/v1/connect/callback?" + urllib.parse.urlencode({**fields, "code": code}))
    expect("a code of another request is refused", status == 502 and b"invalid_grant" in text, status, text)
    status, text = world.come_back("/v1/connect/callback?" + urllib.parse.urlencode({
        "state": dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(world.connect("user")).query))["state"],
        "error": "access_denied", "error_description": "<script>alert(1)</script>",
    }))
    expect("a user who says no is told, without the server's words", status == 400 and b"script" not in text, status, text)
    status, answer = world.call("user")
    expect("the tokens of before are good still", status == 200, answer)


def judge_rotation(world):
    """Refresh tokens that rotate, and the end of a grant."""
    world.issuer.lifetime = 2
    expect("a consent for short tokens", world.come_back(world.connect("user"))[0] == 200)
    for number in range(3):
        time.sleep(2.1)
        status, answer = world.call("user")
        expect(f"refresh {number + 1} went well", status == 200, answer)
    used = [form["refresh_token"] for form in world.issuer.token_requests if form.get("grant_type") == "refresh_token"]
    expect("each refresh token was used once", len(used) >= 3 and len(used) == len(set(used)), used)
    world.issuer.revoke_all()
    time.sleep(2.1)
    status, answer = world.call("user")
    expect("the end of the grant is told", status == 502 and answer["reason"] == "NEEDS_REAUTHORIZATION", answer)
    connection = world.server.send("GET", TENANT + "/connections/user")
    is_good = connection["status"] == "paused" and connection["statusReason"] == "NEEDS_REAUTHORIZATION"
    expect("the connection waits for a consent", is_good, connection)
    world.issuer.lifetime = 3600
    expect("a new consent is taken", world.come_back(world.connect("user"))[0] == 200)
    status, answer = world.call("user")
    expect("and calls go on", status == 200, answer)


def judge_silence(world):
    """Nothing secret stands in the trail or in what the server printed."""
    seen = "".join(world.server.log)
    cursor = ""
    while cursor is not None:
        page = world.server.send("GET", f"{TENANT}/audit?limit=200" + (f"&cursor={cursor}" if cursor else ""))
        seen += json.dumps(page["items"])
        cursor = page.get("nextCursor")
    secrets = [CLIENT_SECRET] + [token.data["access_token"] for token in world.issuer.tokens]
    secrets += [token.data["refresh_token"] for token in world.issuer.tokens if "refresh_token" in token.data]
    expect("no token and no secret is in the trail or the log", not [text for text in secrets if text in seen])


def main(program):
    """Judges the program."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(program, folder)
        try:
            world.put("own")
            world.put("posted", clientAuthentication="client_secret_post")
            for key in ("user", "other"):
                world.put(key, authorizationUrl=world.issuer.base + "/authorize")
            for key, method in (("robot", {}), ("deputy", {"subject": USER})):
                world.put(key, secret="account", type="service-account", **method)
            world.publish("own", "posted", "user", "other", "robot", "deputy")
            judge_client_credentials(world)
            judge_service_account(world)
            judge_consent(world)
            judge_injection(world)
            judge_rotation(world)
            judge_silence(world)
        finally:
            world.server.process.terminate()


main(sys.argv[1])
