"""Shows the server tokens of issuers that nobody here wrote; see scripts/judge-tokens."""
import base64
import http.server
import json
import os
import sys
import tempfile
import threading
import time

from jwcrypto import common, jwe, jwk, jws, jwt

import provider
from bearers import AUDIENCE, Bearers, issuer, part

ISSUER, KIDLESS = "https://issuer.judge", "https://kidless.judge"
KEYS = {"RS256": ("RSA", {"size": 2048}), "ES256": ("EC", {"crv": "P-256"}), "EdDSA": ("OKP", {"crv": "Ed25519"})}
ROTATION_SECONDS_MAX = 60


class Keys:
    """A set of keys in a file, as jwcrypto writes it."""

    def __init__(self, path):
        self.path = path
        self.keys = {}

    def add(self, name, algorithm, has_kid=True):
        """Makes a key; it is published by the next `write`."""
        self.keys[name] = make(algorithm, **({"kid": name} if has_kid else {}))
        return self.keys[name]

    def write(self, *names):
        """Publishes these keys, or all; the file is never half of one."""
        keys = [json.loads(self.keys[name].export_public()) for name in names or self.keys]
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump({"keys": keys}, file)
        os.replace(self.path + ".new", self.path)


def make(algorithm, **more):
    """A key for signatures."""
    kind, shape = KEYS[algorithm]
    return jwk.JWK.generate(kty=kind, alg=algorithm, use="sig", **more, **shape)


def claims(**changes):
    """Good claims, but for the changes; None takes one away."""
    now = int(time.time())
    found = {"iss": ISSUER, "sub": "judge", "aud": AUDIENCE, "exp": now + 600, "iat": now, "org": "org-1", "groups": ["admins"]}
    found.update(changes)
    return {name: value for name, value in found.items() if value is not None}


def token(key, algorithm, headers=None, **changes):
    """A token that the key signs; a header of None is left out."""
    header = {"alg": algorithm, "typ": "JWT"}
    if key.get("kid"):
        header["kid"] = key["kid"]
    header.update(headers or {})
    made = jwt.JWT(header={name: value for name, value in header.items() if value is not None}, claims=claims(**changes))
    made.make_signed_token(key)
    return made.serialize()


def judge_good(bearers, keys):
    """What has to be taken, and as what."""
    for name, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
        key = keys.keys[name]
        bearers.expect_claims(algorithm, lambda key=key, algorithm=algorithm, **more: token(key, algorithm, **more))
        bearers.expect(f"{algorithm} without kid", token(key, algorithm, {"kid": None}), 200)
    key = keys.keys["ec"]
    bearers.expect("a list of audiences", token(key, "ES256", aud=["other", AUDIENCE]), 200)
    bearers.expect("a clock that is 30 s ahead", token(key, "ES256", nbf=int(time.time()) + 30), 200)


def judge_kidless(bearers, keys):
    """A set whose keys have no names: each is tried."""
    for name in ("one", "two"):
        bearers.expect(f"the nameless key {name}", token(keys.keys[name], "RS256", iss=KIDLESS), 200)
    bearers.expect("a nameless key that is not of the set", token(make("RS256"), "RS256", iss=KIDLESS), 401)
    bearers.expect("a nameless key of another issuer", token(keys.keys["one"], "RS256"), 401)


def signed_by_public_key(key):
    """HS256 with everything that a public key may be written as."""
    texts = {"PEM": key.export_to_pem(), "JWK": key.export_public().encode(), "n": base64.urlsafe_b64decode(key.get("n") + "==")}
    for name, text in texts.items():
        for kid in ("rsa", None):
            symmetric = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(text).rstrip(b"=").decode())
            made = jwt.JWT(header={"alg": "HS256"} | ({"kid": kid} if kid else {}), claims=claims())
            made.make_signed_token(symmetric)
            yield f"HS256 with the public key as {name}, kid {kid}", made.serialize()


class Lure:
    """A set of the attacker's on loopback, which nobody may fetch."""

    def __init__(self, key):
        lure = self
        self.count = 0
        body = json.dumps({"keys": [json.loads(key.export_public())]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lure.count += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def judge_attacks(bearers, keys):
    """Everything that jwcrypto can build and nobody may take."""
    key, stranger = keys.keys["rsa"], make("RS256", kid="rsa")
    lure = Lure(stranger)
    good = token(key, "RS256")
    try:
        for name, bearer in (attacks(keys, stranger, lure, good) | dict(signed_by_public_key(key))).items():
            bearers.expect(name, bearer, 401)
        bearers.expect("the good one still", good, 200)
    finally:
        lure.end()
    if lure.count:
        bearers.problems.append(f"the attacker's own set was fetched {lure.count} times")


def attacks(keys, stranger, lure, good):
    """Tokens by what is wrong with them."""
    key, now = keys.keys["rsa"], int(time.time())
    # The same key, without the word that it is for RS256 alone.
    free = jwk.JWK(**{name: value for name, value in json.loads(key.export_private()).items() if name not in ("use", "alg")})
    head, body, signature = good.split(".")
    ours = json.loads(stranger.export_public())
    encrypted = jwe.JWE(json.dumps(claims()), json.dumps({"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa"}))
    encrypted.add_recipient(free)
    nested = jwe.JWE(good, json.dumps({"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": "rsa", "cty": "JWT"}))
    nested.add_recipient(free)
    known = {"judge": common.JWSEHeaderParameter("judge", True, True, None)}
    critical = jws.JWS(json.dumps(claims()), header_registry=known)
    critical.add_signature(key, None, json.dumps({"alg": "RS256", "kid": "rsa", "crit": ["judge"], "judge": 1}), None)
    elliptic = token(keys.keys["ec"], "ES256").split(".")
    return {
        "alg none": f"{part({'alg': 'none'})}.{body}.", "alg None": f"{part({'alg': 'None', 'kid': 'rsa'})}.{body}.{signature}",
        "no alg": f"{part({'kid': 'rsa'})}.{body}.{signature}", "another's key under the same kid": token(stranger, "RS256"),
        "another's key without kid": token(stranger, "RS256", {"kid": None}), "its own key in jwk": token(stranger, "RS256", {"jwk": ours}),
        "its own set in jku": token(stranger, "RS256", {"jku": lure.url}),
        "its own set in jku, another kid": token(stranger, "RS256", {"jku": lure.url, "kid": "lure"}),
        "its own certificate in x5u": token(stranger, "RS256", {"x5u": lure.url}),
        "its own certificate in x5c": token(stranger, "RS256", {"x5c": [base64.b64encode(stranger.export_to_pem()).decode()]}),
        "PS256 with the same key": token(free, "PS256"), "RS512 with the same key": token(free, "RS512"),
        "ES256 claimed of an RSA signature": f"{part({'alg': 'ES256', 'kid': 'ec'})}.{body}.{signature}",
        "RS256 claimed of an EC signature": f"{part({'alg': 'RS256', 'kid': 'rsa'})}.{elliptic[1]}.{elliptic[2]}",
        "RS256 with the kid of an EC key": token(key, "RS256", {"kid": "ec"}),
        "ES256 of nothing but zeros": f"{elliptic[0]}.{elliptic[1]}.{'A' * 86}",
        "another body": f"{head}.{part(claims(sub='other'))}.{signature}",
        "no signature": f"{head}.{body}.", "a signature cut short": good[:-8], "encrypted": encrypted.serialize(compact=True),
        "a good one encrypted": nested.serialize(compact=True),
        "critical headers": critical.serialize(compact=True), "expired": token(key, "RS256", exp=now - 120),
        "no exp": token(key, "RS256", exp=None), "not yet valid": token(key, "RS256", nbf=now + 300),
        "issued in the future": token(key, "RS256", iat=now + 600), "lives too long": token(key, "RS256", exp=now + 90 * 86400),
        "another audience": token(key, "RS256", aud="https://other"), "no audience": token(key, "RS256", aud=None),
        "another issuer": token(key, "RS256", iss=ISSUER + "/"), "no issuer": token(key, "RS256", iss=None),
        "no subject": token(key, "RS256", sub=None), "a key that is unknown": token(key, "RS256", {"kid": "none"}),
        "two tokens": good + "." + good, "nothing": "a.b.c",
    }


def judge_rotation(bearers, keys):
    """A key comes, one stays, one goes."""
    new = keys.add("next", "ES256")
    bearers.expect("a key that is not published", token(new, "ES256"), 401)
    keys.write("rsa", "ed", "next")
    deadline = time.monotonic() + ROTATION_SECONDS_MAX
    while bearers.ask(token(new, "ES256")) != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    bearers.expect("a new key", token(new, "ES256"), 200)
    bearers.expect("a key that stayed", token(keys.keys["rsa"], "RS256"), 200)
    bearers.expect("a key that was withdrawn", token(keys.keys["ec"], "ES256"), 401)


def judge(program, folder):
    """What jwcrypto makes; answers what went otherwise than expected."""
    keys, nameless = Keys(os.path.join(folder, "keys.json")), Keys(os.path.join(folder, "nameless.json"))
    for name, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
        keys.add(name, algorithm)
    for name in ("one", "two"):
        nameless.add(name, "RS256", has_kid=False)
    keys.write()
    nameless.write()
    bearers = Bearers(program, os.path.join(folder, "server"), [
        issuer(ISSUER, jwksFile=keys.path), issuer(KIDLESS, jwksFile=nameless.path)])
    try:
        # The other tenant is there, so that nobody is refused because it is not.
        bearers.server.send("PUT", "/v1/tenants/other-corp/policies/some", {"effect": "forbid", "enabled": False})
        judge_good(bearers, keys)
        judge_kidless(bearers, nameless)
        judge_attacks(bearers, keys)
        judge_rotation(bearers, keys)
    finally:
        bearers.end()
    return len(bearers.shown), bearers.problems


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        count, problems = judge(program, folder)
        problems += provider.judge(program, folder)
    if problems:
        sys.exit("judge-tokens: " + "\njudge-tokens: ".join(problems))
    print(f"judge-tokens: {count} tokens of jwcrypto, and those of oidc-provider-mock, are read as they should be")


main()
