"""Shows the server tokens of issuers that nobody here wrote; see scripts/judge-tokens."""
import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import oidc_provider_mock
from jwcrypto import common, jwe, jwk, jws, jwt

ISSUER = "https://issuer.judge"
AUDIENCE = "https://bindery.judge"
BOOTSTRAP = "key-of-the-judge-0123456789-0123456789"
KEYS = {"RS256": ("RSA", {"size": 2048}), "ES256": ("EC", {"crv": "P-256"}), "EdDSA": ("OKP", {"crv": "Ed25519"})}
problems = []


def issuer(name, **more):
    """An issuer of the settings whose claims say tenant, roles, environments and workflows."""
    return {
        "issuer": name, "audience": AUDIENCE, "algorithms": list(KEYS), "rolesMax": ["tenant-admin", "runtime"],
        "tenant": {"claim": "/org", "map": {"org-1": "acme-corp", "org-2": "other-corp"}},
        "roles": {"claim": "/groups", "map": {"admins": "tenant-admin", "engines": "runtime"}},
        "environments": {"claim": "/groups", "map": {"admins": ["*"], "engines": "sandbox"}},
        "workflows": {"claim": "/groups", "map": {"engines": ["checkout", "agent-*"]}}, **more,
    }


class Keys:
    """A set of keys in a file, as jwcrypto writes it."""

    def __init__(self, path):
        self.path = path
        self.keys = {}

    def add(self, name, algorithm, **more):
        kind, shape = KEYS[algorithm]
        self.keys[name] = jwk.JWK.generate(kty=kind, **({"kid": name} if more.get("kid", True) else {}), alg=algorithm, use="sig", **shape)
        return self.keys[name]

    def write(self, *names):
        keys = [json.loads(self.keys[name].export_public()) for name in names or self.keys]
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"keys": keys}, file)
        os.replace(self.path + ".new", self.path)


def claims(**changes):
    now = int(time.time())
    found = {"iss": ISSUER, "sub": "judge", "aud": AUDIENCE, "exp": now + 600, "iat": now, "org": "org-1", "groups": ["admins"]}
    found.update(changes)
    return {name: value for name, value in found.items() if value is not None}


def token(key, algorithm, headers=None, **changes):
    header = {"alg": algorithm, "typ": "JWT"}
    if key.get("kid"):
        header["kid"] = key["kid"]
    header.update(headers or {})
    made = jwt.JWT(header={name: value for name, value in header.items() if value is not None}, claims=claims(**changes))
    made.make_signed_token(key)
    return made.serialize()


class Server:
    def __init__(self, program, folder, issuers):
        settings = os.path.join(folder, "bindery.json")
        with open(settings, "w", encoding="utf-8") as file:
            json.dump({"auth": {"jwt": issuers, "failuresPerMinute": 100000, "failuresPerKeyPerMinute": 100000}}, file)
        command = [program, "serve", "--config", settings, "--journal", "memory", "--listen", "127.0.0.1:0", "--data", folder, "--outbound-allow", "127.0.0.0/8"]
        environment = dict(os.environ, BINDERY_BOOTSTRAP_KEY=BOOTSTRAP)
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.base = None
        for line in self.process.stdout:
            at = line.find("127.0.0.1:")
            if '"event":"server.listening"' in line or (at >= 0 and self.base is None):
                digits = line[at + len("127.0.0.1:"):]
                self.base = "http://127.0.0.1:" + digits[: len(digits) - len(digits.lstrip("0123456789"))]
                break
        if self.base is None:
            sys.exit("judge-tokens: the server did not start")
        # The log goes on, and nobody reads it: the pipe must not fill.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def ask(self, bearer, method="GET", path="/v1/tenants/acme-corp/connections", body=None):
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


def expect(what, found, wanted):
    if found != wanted:
        problems.append(f"{what}: {found}, not {wanted}")


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def judge_good(server, keys):
    for name, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
        expect(f"{algorithm}", server.ask(token(keys.keys[name], algorithm)), 200)
        expect(f"{algorithm} of another tenant", server.ask(token(keys.keys[name], algorithm, org="org-2")), 404)
        expect(f"{algorithm} without kid", server.ask(token(keys.keys[name], algorithm, {"kid": None})), 200)
    key = keys.keys["ec"]
    expect("a list of audiences", server.ask(token(key, "ES256", aud=["other", AUDIENCE])), 200)
    expect("an engine reads no connections", server.ask(token(key, "ES256", groups=["engines"])), 403)
    resolved = "/v1/tenants/acme-corp/configs/some/{}/resolved?workflow={}"
    engine = token(key, "ES256", groups=["engines"])
    expect("an engine in its environment", server.ask(engine, path=resolved.format("sandbox", "checkout")), 404)
    expect("an engine as a workflow of its pattern", server.ask(engine, path=resolved.format("sandbox", "agent-7")), 404)
    expect("an engine as another workflow", server.ask(engine, path=resolved.format("sandbox", "refund")), 403)
    expect("an engine in another environment", server.ask(engine, path=resolved.format("production", "checkout")), 403)
    expect("a group that is not mapped", server.ask(token(key, "ES256", groups=["others"])), 403)
    expect("a tenant that is not mapped", server.ask(token(key, "ES256", org="org-9")), 401)


def judge_attacks(server, keys):
    key, now = keys.keys["rsa"], int(time.time())
    public = key.export_to_pem()
    stranger = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa", alg="RS256")
    symmetric = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(public).rstrip(b"=").decode())
    # The same key, without the word that it is for RS256 alone.
    free = jwk.JWK(**{name: value for name, value in json.loads(key.export_private()).items() if name not in ("use", "alg")})
    good = token(key, "RS256")
    head, body, signature = good.split(".")
    ours = json.loads(stranger.export_public())
    hmac = jwt.JWT(header={"alg": "HS256", "kid": "rsa"}, claims=claims())
    hmac.make_signed_token(symmetric)
    encrypted = jwe.JWE(json.dumps(claims()), json.dumps({"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa"}))
    encrypted.add_recipient(free)
    known = {"judge": common.JWSEHeaderParameter("judge", True, True, None)}
    critical = jws.JWS(json.dumps(claims()), header_registry=known)
    critical.add_signature(key, None, json.dumps({"alg": "RS256", "kid": "rsa", "crit": ["judge"], "judge": 1}), None)
    attacks = {
        "alg none": f"{part({'alg': 'none'})}.{body}.", "alg None": f"{part({'alg': 'None', 'kid': 'rsa'})}.{body}.{signature}",
        "HS256 with the public key": hmac.serialize(), "another's key under the same kid": token(stranger, "RS256"),
        "its own key in jwk": token(stranger, "RS256", {"jwk": ours}),
        "its own set in jku": token(stranger, "RS256", {"jku": "http://127.0.0.1:1/keys"}),
        "its own certificate in x5u": token(stranger, "RS256", {"x5u": "http://127.0.0.1:1/cert"}),
        "PS256 with the same key": token(free, "PS256"), "RS512 with the same key": token(free, "RS512"),
        "ES256 claimed of an RSA signature": f"{part({'alg': 'ES256', 'kid': 'ec'})}.{body}.{signature}",
        "another body": f"{head}.{part(claims(org='org-1', groups=['admins'], sub='other'))}.{signature}",
        "no signature": f"{head}.{body}.", "a signature cut short": good[:-8], "encrypted": encrypted.serialize(compact=True),
        "critical headers": critical.serialize(compact=True), "expired": token(key, "RS256", exp=now - 120),
        "no exp": token(key, "RS256", exp=None), "not yet valid": token(key, "RS256", nbf=now + 300),
        "issued in the future": token(key, "RS256", iat=now + 600), "lives too long": token(key, "RS256", exp=now + 90 * 86400),
        "another audience": token(key, "RS256", aud="https://other"), "no audience": token(key, "RS256", aud=None),
        "another issuer": token(key, "RS256", iss=ISSUER + "/"), "no subject": token(key, "RS256", sub=None),
        "a key that is unknown": token(key, "RS256", {"kid": "none"}), "two tokens": good + "." + good, "nothing": "a.b.c",
    }
    for name, bearer in attacks.items():
        expect(name, server.ask(bearer), 401)
    expect("the good one still", server.ask(good), 200)


def judge_rotation(server, keys):
    new = keys.add("next", "ES256")
    expect("a key that is not published", server.ask(token(new, "ES256")), 401)
    keys.write("rsa", "ed", "next")
    deadline = time.monotonic() + 30
    while server.ask(token(new, "ES256")) != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    expect("a new key", server.ask(token(new, "ES256")), 200)
    expect("a key that stayed", server.ask(token(keys.keys["rsa"], "RS256")), 200)
    expect("a key that was withdrawn", server.ask(token(keys.keys["ec"], "ES256")), 401)


def id_token(base, client, subject):
    """Logs in at the provider as a browser and a client do (OpenID Connect Core, section 3.1)."""
    there = "http://127.0.0.1:1/callback"
    query = urllib.parse.urlencode({"client_id": client, "redirect_uri": there, "response_type": "code", "scope": "openid profile", "state": "s"})
    form = urllib.parse.urlencode({"sub": subject}).encode()

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        urllib.request.build_opener(Stay).open(f"{base}/oauth2/authorize?{query}", form)
        sys.exit("judge-tokens: the provider did not redirect")
    except urllib.error.HTTPError as error:
        location = error.headers["Location"]
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": there, "client_id": client, "client_secret": "any"}
    with urllib.request.urlopen(f"{base}/oauth2/token", urllib.parse.urlencode(grant).encode()) as answer:
        return json.load(answer)["id_token"]


def judge_provider(program, folder):
    with oidc_provider_mock.run_server_in_thread() as provider, oidc_provider_mock.run_server_in_thread() as other:
        base, foreign = (f"http://localhost:{one.server_port}" for one in (provider, other))
        with urllib.request.urlopen(f"{base}/.well-known/openid-configuration") as answer:
            found = json.load(answer)
        issuers = [{
            "issuer": found["issuer"], "audience": "bindery", "algorithms": ["RS256"],
            "jwksUrl": found["jwks_uri"].replace("localhost", "127.0.0.1"),
            "tenant": {"claim": "/sub", "map": {"alice": "acme-corp"}}, "rolesMax": ["tenant-admin"],
            "roles": {"value": ["tenant-admin"]}, "environments": {"value": ["*"]},
        }]
        server = Server(program, os.path.join(folder, "provider"), issuers)
        try:
            expect("a provider's token", server.ask(id_token(base, "bindery", "alice")), 200)
            expect("of a subject without a tenant", server.ask(id_token(base, "bindery", "bob")), 401)
            expect("for another client", server.ask(id_token(base, "other", "alice")), 401)
            expect("of another provider", server.ask(id_token(foreign, "bindery", "alice")), 401)
        finally:
            server.process.terminate()
            server.process.wait()


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "provider"))
        keys = Keys(os.path.join(folder, "keys.json"))
        for name, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
            keys.add(name, algorithm)
        keys.write()
        server = Server(program, folder, [issuer(ISSUER, jwksFile=keys.path)])
        try:
            server.ask(BOOTSTRAP, "PUT", "/v1/tenants/other-corp/policies/some", {"effect": "forbid", "enabled": False})
            judge_good(server, keys)
            judge_attacks(server, keys)
            judge_rotation(server, keys)
        finally:
            server.process.terminate()
            server.process.wait()
        judge_provider(program, folder)
    if problems:
        sys.exit("judge-tokens: " + "\njudge-tokens: ".join(problems))
    print("judge-tokens: tokens of jwcrypto and oidc-provider-mock are read as they should be")


main()
