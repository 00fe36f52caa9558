"""What is expected of bearers of tokens, and the issuers that the server is told of."""
import base64
import json
import os

from world import Server

AUDIENCE = "https://bindery.judge"
TENANT_PATH = "/v1/tenants/acme-corp/connections"
RESOLVED = "/v1/tenants/acme-corp/configs/some/{}/resolved?workflow={}"


def issuer(name, **more):
    """An issuer of the settings whose claims say tenant, roles, environments and workflows."""
    return {
        "issuer": name, "audience": AUDIENCE, "algorithms": ["RS256", "ES256", "EdDSA"], "rolesMax": ["tenant-admin", "runtime"],
        "tenant": {"claim": "/org", "map": {"org-1": "acme-corp", "org-2": "other-corp"}},
        "roles": {"claim": "/groups", "map": {"admins": "tenant-admin", "engines": "runtime"}},
        "environments": {"claim": "/groups", "map": {"admins": ["*"], "engines": "sandbox"}},
        "workflows": {"claim": "/groups", "map": {"engines": ["checkout", "agent-*"]}}, **more,
    }


def part(value):
    """A part of a token that says this."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Bearers:
    """A server that takes tokens, and what it did otherwise than expected."""

    def __init__(self, program, folder, issuers):
        os.makedirs(folder, exist_ok=True)
        settings = os.path.join(folder, "bindery.json")
        with open(settings, "w", encoding="utf-8") as file:
            json.dump({"auth": {"jwt": issuers, "failuresPerMinute": 100000, "failuresPerKeyPerMinute": 100000}}, file)
        self.server = Server(program, folder, "--config", settings, "--outbound-allow", "127.0.0.0/8")
        self.problems = []
        self.shown = []

    def ask(self, bearer, path=TENANT_PATH):
        """The status that a bearer gets."""
        self.shown.append(bearer)
        return self.server.answer(bearer, "GET", path)[0]

    def expect(self, what, bearer, wanted, path=TENANT_PATH):
        """Holds the status of an answer against the wanted one."""
        found = self.ask(bearer, path)
        if found != wanted:
            self.problems.append(f"{what}: {found}, not {wanted}")

    def expect_claims(self, what, token):
        """Whether claims become tenant, roles, environments and workflows; `token` makes one with these."""
        self.expect(f"{what}, an admin", token(org="org-1", groups=["admins"]), 200)
        self.expect(f"{what}, of another tenant", token(org="org-2", groups=["admins"]), 404)
        self.expect(f"{what}, of a tenant that is not mapped", token(org="org-9", groups=["admins"]), 401)
        self.expect(f"{what}, of a group that is not mapped", token(org="org-1", groups=["others"]), 403)
        engine = token(org="org-1", groups=["others", "engines"])
        self.expect(f"{what}, an engine reads no connections", engine, 403)
        # Nothing is published: who may ask is told so.
        self.expect(f"{what}, an engine in its environment", engine, 404, RESOLVED.format("sandbox", "checkout"))
        self.expect(f"{what}, an engine as a workflow of its pattern", engine, 404, RESOLVED.format("sandbox", "agent-7"))
        self.expect(f"{what}, an engine as another workflow", engine, 403, RESOLVED.format("sandbox", "refund"))
        self.expect(f"{what}, an engine in another environment", engine, 403, RESOLVED.format("production", "checkout"))

    def end(self):
        """Ends the server, and looks whether a token is in its log."""
        self.server.end()
        log = "".join(self.server.log)
        for bearer in self.shown:
            # The last part that is long enough to be nobody else's.
            secret = next((text for text in reversed(bearer.split(".")) if len(text) >= 40), None)
            if secret and secret in log:
                self.problems.append(f"a token is in the log: {bearer[:40]}…")
