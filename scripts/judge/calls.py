"""Bindings, guardrails and permit gates over calls of workflows, in our objects and in Cedar's language.

A call is a binding's slot and connection with the operation that serves one of the slot's capabilities. A binding
is a permit of Cedar's, a rule that forbids a forbid, and each level's gate a forbid of what its permits are about
unless one of them admits the workflow. A question about a connection, a slot or a capability is permitted when
Cedar permits one of the calls that it is about.
"""
import json

import cedarpy

from world import Difference

INTEGRATIONS = {"payments.one": ["charge", "refund"], "payments.two": ["charge", "refund"]}
CONNECTIONS = {"a1": "payments.one", "a2": "payments.one", "b1": "payments.two"}
SLOTS = {"first": ["charge", "refund"], "second": ["charge"], "third": ["refund"]}
WORKFLOWS = ["checkout", "check", "refund-agent", "agent-1", "agent", "agent-1-x", "back-office"]
PATTERNS = ["*", "agent-*", "*agent*", "a*-*", "check*", "*out", "checkout", "refund-agent", "agent-1", "**", "*-*-*"]
OPERATIONS = ["payments.one.charge", "payments.one.refund", "payments.two.charge", "payments.two.refund"]
OPERATION_PATTERNS = ["*", "payments.one.*", "*.charge", "*.refund", "payments.two.charge", "payments.*o*.charge", "mail.*"]


class World:
    """A tenant's live config, its rules and the platform's."""

    def __init__(self, chance, is_wrong=False):
        self.chance = chance
        self.is_wrong = is_wrong
        self.modes = {name: chance.choice(["byok", "managed"]) for name in CONNECTIONS}
        self.bindings = [{"slot": "first", "connection": "a1", "workflows": None, "operations": None}]
        for _ in range(chance.randint(1, 6)):
            self.bindings.append({
                "slot": chance.choice(list(SLOTS)), "connection": chance.choice(list(CONNECTIONS)),
                "workflows": self.some(PATTERNS, 3), "operations": self.some(OPERATION_PATTERNS, 2),
            })
        self.revoked = chance.choice([None, None, "a1", "a2", "b1"])
        self.paused = chance.choice([None, "a2", "b1"])
        self.rules = [self.rule(number) for number in range(chance.randint(0, 8))]

    def some(self, values, count):
        """A list, which may be empty; None, when it is absent."""
        if self.chance.random() < 0.3:
            return None
        return self.chance.sample(values, self.chance.randint(0, count))

    def rule(self, number):
        lists = {
            "workflows": PATTERNS, "operations": OPERATION_PATTERNS,
            "integrations": ["payments.*", "payments.one", "*two", "mail.*"],
            "categories": ["payments", "email"], "connections": ["a*", "a1", "b1", "*"],
            "slots": ["first", "*d", "third", "*"], "environments": ["sandbox", "production"],
            "ownershipModes": ["byok", "managed"],
        }
        match = {}
        for name, values in lists.items():
            if self.chance.random() < 0.35:
                match[name] = self.chance.sample(values, self.chance.randint(0, 2))
        return {
            "id": f"rule-{number}", "effect": self.chance.choice(["forbid", "permit"]), "match": match,
            "level": self.chance.choice(["platform", "tenant"]), "enabled": self.chance.random() < 0.9,
        }

    # Our objects

    def config(self):
        integrations = []
        for binding in self.bindings:
            scope = {key: binding[key] for key in ("workflows", "operations") if binding[key] is not None}
            integrations.append({"slotId": binding["slot"], "connectionId": binding["connection"], "scope": scope})
        return {"meta": {"blueprintName": "judged", "blueprintVersion": 1}, "integrations": integrations}

    def write(self, server, tenant):
        path = f"/v1/tenants/{tenant}"
        for name, integration in CONNECTIONS.items():
            meta = {"id": name, "integrationKey": integration, "integrationVersion": 1, "environment": "sandbox"}
            server.send("POST", f"{path}/connections", {
                "meta": meta, "ownershipMode": self.modes[name], "secretRef": "env://BINDERY_SECRET_JUDGE",
            })
        line = f"{path}/configs/judged/sandbox/versions"
        server.send("POST", line, self.config())
        server.send("POST", f"{line}/1/publish", {})
        for rule in self.rules:
            body = {key: rule[key] for key in ("id", "effect", "match", "enabled")}
            server.send("POST", "/v1/policies" if rule["level"] == "platform" else f"{path}/policies", body)
        if self.revoked:
            server.send("POST", f"{path}/connections/{self.revoked}/revoke", {})
        if self.paused and self.paused != self.revoked:
            server.send("POST", f"{path}/connections/{self.paused}/pause", {})

    def remove(self, server):
        for rule in self.rules:
            if rule["level"] == "platform":
                server.send("DELETE", f"/v1/policies/{rule['id']}")

    # Cedar's language

    def policies(self):
        lines = []
        for number, binding in enumerate(self.bindings):
            scope = [like("principal.name", binding["workflows"]), like("context.operation", binding["operations"])]
            if self.is_wrong and number == 1:
                scope = ["true"]
            place = f'context.slot == "{binding["slot"]}" && context.connection == "{binding["connection"]}"'
            lines.append(f'@id("grant-{number}") permit(principal, action, resource) when {{ {place} && {" && ".join(scope)} }};')
        if self.revoked:
            lines.append(f'@id("revoked") forbid(principal, action, resource) when {{ context.connection == "{self.revoked}" }};')
        for level in ("platform", "tenant"):
            permits = [rule for rule in self.rules if rule["level"] == level and rule["effect"] == "permit" and rule["enabled"]]
            if permits:
                concerned = " || ".join(f"({about(rule, workflow=False)})" for rule in permits)
                admitted = " || ".join(f"({about(rule, workflow=True)})" for rule in permits)
                lines.append(f'@id("gate-{level}") forbid(principal, action, resource) when {{ {concerned} }} unless {{ {admitted} }};')
        for rule in self.rules:
            if rule["effect"] == "forbid" and rule["enabled"]:
                name = f'{rule["level"]} {rule["id"]}'
                lines.append(f'@id("{name}") forbid(principal, action, resource) when {{ {about(rule, workflow=True)} }};')
        return lines

    def calls(self, operation, kind, name):
        """The slots and connections that a question is about."""
        found = []
        for slot, connection in sorted({(binding["slot"], binding["connection"]) for binding in self.bindings}):
            served = {f"{CONNECTIONS[connection]}.{word}": f"pay.{word}" for word in SLOTS[slot] if word in INTEGRATIONS[CONNECTIONS[connection]]}
            if operation not in served:
                continue
            named = {"connection": connection, "slot": slot, "capability": served[operation]}
            if named[kind] == name:
                found.append((slot, connection))
        return found

    def question(self):
        kind = self.chance.choice(["connection", "slot", "capability"])
        names = {"connection": [*CONNECTIONS, "none"], "slot": [*SLOTS, "none"], "capability": ["pay.charge", "pay.refund", "pay.none"]}
        return self.chance.choice(WORKFLOWS), self.chance.choice(OPERATIONS), kind, self.chance.choice(names[kind])


def like(value, patterns):
    """A list of a scope: absent admits all, an empty one none."""
    if patterns is None:
        return "true"
    return "(" + (" || ".join(f'{value} like "{pattern}"' for pattern in patterns) or "false") + ")"


def about(rule, workflow):
    """What a rule is about; an empty list of a rule matches all."""
    match = rule["match"]
    parts = ["true"]
    names = {"operations": "operation", "integrations": "integration", "connections": "connection", "slots": "slot"}
    exact = {"categories": "category", "environments": "environment", "ownershipModes": "mode"}
    for key, name in names.items():
        if match.get(key):
            parts.append(like(f"context.{name}", match[key]))
    for key, name in exact.items():
        if match.get(key):
            parts.append("(" + " || ".join(f'context.{name} == "{word}"' for word in match[key]) + ")")
    if workflow and match.get("workflows"):
        parts.append(like("principal.name", match["workflows"]))
    return " && ".join(parts)


def prepare(server):
    """What all worlds share."""
    for key, words in INTEGRATIONS.items():
        server.send("PUT", f"/v1/specs/integrations/{key}/versions/1", {
            "meta": {"key": key, "version": 1, "category": "payments"}, "supportedModes": ["byok", "managed"],
            "capabilities": {"provides": [{"key": f"pay.{word}", "version": 1, "operation": f"{key}.{word}"} for word in words]},
            "transport": {"type": "rest", "baseUrl": "https://judge.example"},
            "operations": {f"{key}.{word}": {"method": "POST", "path": f"/{word}"} for word in words},
        })
    slots = [
        {
            "slotId": slot, "requiredCategory": "payments", "allowedModes": [], "required": slot == "first",
            "requiredCapabilities": [{"key": f"pay.{word}", "version": 1} for word in words],
        }
        for slot, words in SLOTS.items()
    ]
    server.send("PUT", "/v1/specs/blueprints/judged/versions/1", {
        "meta": {"name": "judged", "version": 1, "appId": "judged"}, "integrationSlots": slots,
        "workflows": {"checkout": {"name": "judged.checkout", "version": 1}},
    })


def verdict(world, policies, ids, question):
    """What Cedar says: the decision, what determined it, and which gates are closed."""
    workflow, operation, kind, name = question
    entities = [
        {"uid": {"type": "Workflow", "id": workflow}, "attrs": {"name": workflow}, "parents": []},
        {"uid": {"type": "Resource", "id": "r"}, "attrs": {}, "parents": []},
    ]
    granted, denied, allowed = set(), set(), False
    for slot, connection in world.calls(operation, kind, name):
        context = {
            "slot": slot, "connection": connection, "operation": operation, "integration": CONNECTIONS[connection],
            "category": "payments", "environment": "sandbox", "mode": world.modes[connection],
        }
        request = {"principal": f'Workflow::"{workflow}"', "action": 'Action::"call"', "resource": 'Resource::"r"', "context": context}
        answer = cedarpy.is_authorized(request, policies, entities)
        reasons = {ids[reason] for reason in answer.diagnostics.reasons}
        if answer.decision == cedarpy.Decision.Allow:
            allowed = True
            granted |= reasons
        else:
            denied |= reasons
    if allowed:
        return {"decision": True, "determining": granted, "gates": set()}
    gates = {reason for reason in denied if reason.startswith("gate-")}
    return {"decision": False, "determining": denied - gates - {"revoked"}, "gates": gates}


def told(answer):
    """What we say, in the same words."""
    context = answer["context"]
    determining = set()
    for part in context.get("determining", []):
        if part["source"] == "grant":
            determining.add("grant-" + part["ruleId"].rsplit("/", 1)[1])
        elif part["effect"] == "forbid":
            determining.add(f'{part["source"]} {part["ruleId"]}')
    gates = {f'gate-{part["source"]}' for part in context.get("nearMisses", []) if part["source"] != "grant"}
    return {"decision": answer["decision"], "determining": determining, "gates": gates}


def judge(world, tenant, server, count):
    """Asks both; answers how many were allowed."""
    world.write(server, tenant)
    lines = world.policies()
    # Cedar names policies by their place in the text.
    ids = {f"policy{number}": line.split('"')[1] for number, line in enumerate(lines)}
    questions = [world.question() for _ in range(count)]
    properties = {"tenantId": tenant, "blueprint": "judged", "environment": "sandbox"}
    body = {"options": {"explain": True}, "evaluations": [
        {
            "subject": {"type": "workflow", "id": workflow, "properties": properties},
            "action": {"name": operation}, "resource": {"type": kind, "id": name},
        }
        for workflow, operation, kind, name in questions
    ]}
    answers = server.send("POST", "/access/v1/evaluations", body)["evaluations"]
    allowed = 0
    for question, answer in zip(questions, answers, strict=True):
        wanted, found = verdict(world, "\n".join(lines), ids, question), told(answer)
        if wanted != found:
            shown = {"config": world.config(), "rules": world.rules, "modes": world.modes, "revoked": world.revoked}
            raise Difference(
                f"Cedar says {wanted}, we say {found}, of {question} in\n{json.dumps(shown, indent=1)}\n" + "\n".join(lines)
                + f"\n{json.dumps(answer)}"
            )
        allowed += wanted["decision"]
    world.remove(server)
    return allowed
