"""Bindings, guardrails, permit gates and conditions over calls of workflows, as objects of ours; see translation.py.

A call is a binding's slot and connection with the operation that serves one of the slot's capabilities. What is asked
is asked of AuthZEN's batch, with explanations, and of `explain`.
"""
import copy
import json

import conditions
from translation import PLANTS, Translation
from world import Difference, Refused

INTEGRATIONS = {"payments.one": ["charge", "refund"], "payments.two": ["charge", "refund"]}
CONNECTIONS = {"a1": "payments.one", "a2": "payments.one", "b1": "payments.two"}
SLOTS = {"first": ["charge", "refund"], "second": ["charge"], "third": ["refund"]}
WORKFLOWS = ["checkout", "check", "refund-agent", "agent-1", "agent", "agent-1-x", "back-office"]
PATTERNS = ["*", "agent-*", "*agent*", "a*-*", "check*", "*out", "checkout", "refund-agent", "agent-1", "**", "*-*-*"]
OPERATIONS = ["payments.one.charge", "payments.one.refund", "payments.two.charge", "payments.two.refund"]
OPERATION_PATTERNS = ["*", "payments.one.*", "*.charge", "*.refund", "payments.two.charge", "payments.*o*.charge", "mail.*"]

# One question of so many is asked of `explain`, which takes one at a time.
EXPLAINED_SHARE = 12


class World:
    """A tenant's live config, its rules and the platform's."""

    plants = PLANTS

    def __init__(self, chance):
        self.chance = chance
        self.modes = {name: chance.choice(["byok", "managed"]) for name in CONNECTIONS}
        self.bindings = [{"slot": "first", "connection": "a1", "workflows": None, "operations": None}]
        for _ in range(chance.randint(1, 6)):
            self.bindings.append({
                "slot": chance.choice(list(SLOTS)), "connection": chance.choice(list(CONNECTIONS)),
                "workflows": self.some(PATTERNS, 3), "operations": self.some(OPERATION_PATTERNS, 2),
            })
        self.revoked = chance.choice([None] * 5 + ["a1", "a2", "b1"])
        self.paused = chance.choice([None, "a2", "b1"])
        self.rules = [self.rule(number) for number in range(chance.choice([0, 1, 2, 3, 4, 8]))]
        several = chance.choice([0, 1, 2, 3])
        self.conditions = [conditions.rule(chance, number, OPERATION_PATTERNS) for number in range(several)]

    def some(self, values, count):
        """A list, which may be empty; None, when it is absent."""
        if self.chance.random() < 0.3:
            return None
        return self.chance.sample(values, 0 if self.chance.random() < 0.1 else self.chance.randint(1, count))

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
            if self.chance.random() < (0.7 if name == "workflows" else 0.35):
                match[name] = self.chance.sample(values, 0 if self.chance.random() < 0.1 else self.chance.randint(1, 2))
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
        for rule in self.rules + self.conditions:
            body = {key: rule[key] for key in ("id", "effect", "match", "enabled", "when", "unless") if key in rule}
            server.send("POST", "/v1/policies" if rule["level"] == "platform" else f"{path}/policies", body)
        if self.revoked:
            server.send("POST", f"{path}/connections/{self.revoked}/revoke", {})
        if self.paused and self.paused != self.revoked:
            server.send("POST", f"{path}/connections/{self.paused}/pause", {})

    def remove(self, server):
        """Takes back what the next world would see; as much of it as was written."""
        for rule in self.rules + self.conditions:
            if rule["level"] == "platform":
                try:
                    server.send("DELETE", f"/v1/policies/{rule['id']}")
                except Refused:
                    pass

    def integration(self, connection):
        return CONNECTIONS[connection]

    # Questions

    def calls(self, question):
        """The slots and connections that a question is about, each with its operation."""
        _, operation, kind, name, _ = question
        found = []
        for slot, connection in sorted({(binding["slot"], binding["connection"]) for binding in self.bindings}):
            for word in SLOTS[slot]:
                own, capability = f"{CONNECTIONS[connection]}.{word}", f"pay.{word}"
                named = {"connection": connection, "slot": slot, "capability": capability, "any": None}
                if operation in (own, None) and named[kind] == name:
                    found.append((slot, connection, own))
        return found

    def question(self):
        """Workflow, operation, the kind of resource and its name, and the circumstances."""
        kind = self.chance.choice(["connection", "slot", "capability"])
        word, connection = self.chance.choice(["charge", "refund"]), self.chance.choice(list(CONNECTIONS))
        slot = self.chance.choice([slot for slot, words in SLOTS.items() if word in words])
        operation, name = f"{CONNECTIONS[connection]}.{word}", {"connection": connection, "slot": slot, "capability": f"pay.{word}"}[kind]
        # Mostly one that some binding could be for.
        if self.chance.random() < 0.15:
            operation = self.chance.choice(OPERATIONS)
        if self.chance.random() < 0.1:
            name = self.chance.choice(["none", "third", "a1", "pay.none"])
        return self.chance.choice(WORKFLOWS), operation, kind, name, conditions.told(self.chance)

    def explained(self):
        """A question for `explain`: about an operation, or about a capability, whatever the operation."""
        workflow, told = self.chance.choice(WORKFLOWS), conditions.told(self.chance)
        if self.chance.random() < 0.5:
            return workflow, self.chance.choice(OPERATIONS), "any", None, told
        return workflow, None, "capability", self.chance.choice(["pay.charge", "pay.refund"]), told

    # Smaller worlds

    def smaller(self):
        """Worlds with one thing less each."""
        def less(change):
            world = copy.copy(self)
            world.bindings, world.rules, world.conditions = (copy.deepcopy(part) for part in (self.bindings, self.rules, self.conditions))
            change(world)
            return world

        for name in ("rules", "conditions"):
            for index in range(len(getattr(self, name))):
                yield less(lambda world, name=name, index=index: getattr(world, name).pop(index))
        # The first one serves the slot that is required.
        for index in range(1, len(self.bindings)):
            yield less(lambda world, index=index: world.bindings.pop(index))
        for name in ("revoked", "paused"):
            if getattr(self, name):
                yield less(lambda world, name=name: setattr(world, name, None))
        for index, binding in enumerate(self.bindings):
            for key in ("workflows", "operations"):
                if binding[key] is not None:
                    yield less(lambda world, index=index, key=key: world.bindings[index].update({key: None}))
        for number, rule in enumerate(self.rules):
            for key in rule["match"]:
                yield less(lambda world, number=number, key=key: world.rules[number]["match"].pop(key))

    def shown(self):
        """All of it, for a person."""
        rules = [{key: value for key, value in rule.items() if key != "cedar"} for rule in self.rules + self.conditions]
        return json.dumps({"config": self.config(), "rules": rules, "modes": self.modes, "revoked": self.revoked}, indent=1)


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


def told(decision, context):
    """What we say, in the words of the translation."""
    determining = set()
    for part in context.get("determining", []):
        if part["source"] == "grant":
            determining.add("grant-" + part["ruleId"].rsplit("/", 1)[1])
        else:
            determining.add(f'{part["source"]} {part["ruleId"]}')
    gates = {f'gate-{part["source"]}' for part in context.get("nearMisses", []) if part["ruleId"].startswith("rule-")}
    errors = {f'{part["source"]} {part["ruleId"]}' for part in context.get("errors", [])}
    return {"allowed": decision, "determining": determining, "gates": gates, "policies": set(context.get("policies", [])), "errors": errors}


def evaluate(server, tenant, questions):
    """What AuthZEN answers to many questions."""
    properties = {"tenantId": tenant, "blueprint": "judged", "environment": "sandbox"}
    answers = server.send("POST", "/access/v1/evaluations", {"options": {"explain": True}, "evaluations": [
        {
            "subject": {"type": "workflow", "id": workflow, "properties": properties},
            "action": {"name": operation}, "resource": {"type": kind, "id": name}, "context": circumstances,
        }
        for workflow, operation, kind, name, circumstances in questions
    ]})["evaluations"]
    return [told(answer["decision"], answer["context"]) for answer in answers]


def explain(server, tenant, question):
    """What `explain` answers to one."""
    workflow, operation, _, name, circumstances = question
    asked = {"operation": operation} if operation else {"capability": name}
    path = f"/v1/tenants/{tenant}/configs/judged/sandbox/explain"
    answer = server.send("POST", path, {"workflow": workflow, "context": circumstances} | asked)
    return told(answer["allowed"], answer)


def ask(server, tenant, questions):
    """What we say to each question."""
    def is_for_explain(question):
        return question[1] is None or question[2] == "any"

    batch = [question for question in questions if not is_for_explain(question)]
    answers = iter(evaluate(server, tenant, batch) if batch else [])
    return [explain(server, tenant, question) if is_for_explain(question) else next(answers) for question in questions]


def differences(world, tenant, server, questions, plant=None):
    """The questions that the two do not answer alike, and how many are allowed."""
    translation = Translation(world, plant)
    try:
        world.write(server, tenant)
        found, allowed = [], 0
        for question, ours in zip(questions, ask(server, tenant, questions), strict=True):
            theirs = translation.verdict(question[0], question[4], world.calls(question))
            allowed += theirs["allowed"]
            if ours != theirs:
                found.append((question, ours, theirs))
        return found, allowed
    finally:
        world.remove(server)


def shrink(world, tenant, server, question, plant=None):
    """The smallest world found in which the two still differ."""
    number, goes_on = 0, True
    while goes_on:
        goes_on = False
        for smaller in world.smaller():
            number += 1
            try:
                found, _ = differences(smaller, f"{tenant}-less-{number}", server, [question], plant)
            except Refused:
                continue
            if found:
                world, goes_on = smaller, True
                break
    return world


def judge(world, tenant, server, count, plant=None):
    """Asks both; answers how many were allowed."""
    several = count // EXPLAINED_SHARE
    questions = [world.question() for _ in range(count - several)] + [world.explained() for _ in range(several)]
    found, allowed = differences(world, tenant, server, questions, plant)
    if not found:
        return allowed
    question = found[0][0]
    if plant is None:
        world = shrink(world, tenant, server, question)
        found, _ = differences(world, f"{tenant}-least", server, [question])
    _, ours, theirs = found[0]
    lines = "\n".join(Translation(world).lines + [rule["id"] + rule["cedar"] for rule in world.conditions])
    raise Difference(f"Cedar says {theirs}, we say {ours}, of {question} in\n{world.shown()}\n{lines}")
