"""oidc-provider-mock as an identity provider on loopback: discovery, its keys, and tokens got as a client gets them."""
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import oidc_provider_mock

from bearers import Bearers, issuer

CLIENT = "bindery"
# What the provider knows of its users: claims of its own, which it puts into their tokens.
USERS = {
    "alice": {"org": "org-1", "groups": ["admins"]}, "bob": {"org": "org-2", "groups": ["admins"]},
    "carol": {"org": "org-9", "groups": ["admins"]}, "dave": {"org": "org-1", "groups": ["others"]},
    "eve": {"org": "org-1", "groups": ["others", "engines"]}, "mallory": {},
}
ROTATION_SECONDS_MAX = 60


def users():
    """The users, as the provider takes them."""
    return [oidc_provider_mock.User(sub=name, claims=claims) for name, claims in USERS.items()]


class Stay(urllib.request.HTTPRedirectHandler):
    """Reads where a redirect leads, and does not follow it."""

    def redirect_request(self, *_):
        return None


def id_token(found, client, subject):
    """Logs in at the provider as a browser and a client do (OpenID Connect Core, section 3.1)."""
    there = "http://127.0.0.1:1/callback"
    query = urllib.parse.urlencode({"client_id": client, "redirect_uri": there, "response_type": "code", "scope": "openid profile", "state": "s"})
    form = urllib.parse.urlencode({"sub": subject}).encode()
    try:
        urllib.request.build_opener(Stay).open(f"{found['authorization_endpoint']}?{query}", form, timeout=30)
        raise RuntimeError("the provider does not redirect")
    except urllib.error.HTTPError as error:
        location = error.headers["Location"]
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": there, "client_id": client, "client_secret": "any"}
    with urllib.request.urlopen(found["token_endpoint"], urllib.parse.urlencode(grant).encode(), timeout=30) as answer:
        return json.load(answer)["id_token"]


def discover(provider):
    """What the provider says of itself."""
    address = f"http://localhost:{provider.server_port}/.well-known/openid-configuration"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


def judge(program, folder):
    """Answers what went otherwise than expected."""
    with oidc_provider_mock.run_server_in_thread(user_claims=users()) as provider, \
            oidc_provider_mock.run_server_in_thread(user_claims=users()) as other:
        found, foreign = discover(provider), discover(other)
        # Keys come over plain HTTP from a literal loopback address alone.
        keys = found["jwks_uri"].replace("localhost", "127.0.0.1")
        bearers = Bearers(program, os.path.join(folder, "provider"), [
            issuer(found["issuer"], audience=CLIENT, algorithms=["RS256"], jwksUrl=keys)])
        try:
            def token(**claims):
                return id_token(found, CLIENT, next(name for name, own in USERS.items() if own == claims))

            bearers.expect_claims("of the provider", token)
            bearers.expect("of a user without claims", id_token(found, CLIENT, "mallory"), 401)
            bearers.expect("for another client", id_token(found, "other", "alice"), 401)
            bearers.expect("of another provider", id_token(foreign, CLIENT, "alice"), 401)
            judge_rotation(bearers, provider, found)
        finally:
            bearers.end()
        return bearers.problems


def judge_rotation(bearers, provider, found):
    """The provider begins anew with another key: its new tokens are taken, its old ones no more."""
    old = id_token(found, CLIENT, "alice")
    bearers.expect("before the rotation", old, 200)
    provider.app = oidc_provider_mock.app(user_claims=users())
    new = id_token(found, CLIENT, "alice")
    # The set is read again for a key that is not known, at most every 10 s.
    deadline = time.monotonic() + ROTATION_SECONDS_MAX
    while bearers.ask(new) != 200 and time.monotonic() < deadline:
        time.sleep(0.5)
    bearers.expect("after the rotation", new, 200)
    bearers.expect("of the key before the rotation", old, 401)
