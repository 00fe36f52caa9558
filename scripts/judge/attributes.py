"""Rules over attributes, in our language and in Cedar's.

In one thing the two differ on purpose: a forbid that errs is skipped by Cedar, and denies here.
"""
import copy
import json

import cedarpy

from world import Difference

SCALARS = ["a", "ab", "b", "", 0, 1, 2, -7, True, False]
SETS = [[], ["a"], ["a", 1], [1, 2], [True]]


class World:
    """Rules in both languages, entities, and questions."""

    plants = ("unless is not read", "the first rule is left out", "a forbid that errs is skipped")

    def __init__(self, chance):
        self.chance = chance
        self.users = {f"u{n}": self.attributes() for n in range(4)}
        self.rules = [self.rule(n) for n in range(chance.randint(1, 12))]

    def attributes(self):
        """x and y are scalars, n a number or a truth value, s a set or a number; each may be missing."""
        kinds = {"x": SCALARS, "y": SCALARS, "n": [0, 1, 2, 3, True], "s": SETS + [5]}
        return {name: self.chance.choice(values) for name, values in kinds.items() if self.chance.random() < 0.8}

    def path(self, names):
        part = self.chance.choice(["subject", "resource", "action", "context"])
        name = self.chance.choice(names)
        cedar = {"subject": "principal", "resource": "resource", "action": "context.action", "context": "context.told"}
        return {"attr": f"{part}.{name}"}, f"{cedar[part]}.{name}", (cedar[part], name)

    def literal(self, values):
        value = self.chance.choice(values)
        return value, cedar_value(value)

    def condition(self, depth):
        kind = self.chance.choice(["and", "or", "not"]) if depth and self.chance.random() < 0.6 else "leaf"
        if kind == "not":
            ours, cedar = self.condition(depth - 1)
            return {"not": ours}, f"!({cedar})"
        if kind != "leaf":
            parts = [self.condition(depth - 1) for _ in range(self.chance.randint(1, 3))]
            joint = " && " if kind == "and" else " || "
            return {kind: [ours for ours, _ in parts]}, joint.join(f"({cedar})" for _, cedar in parts)
        return self.leaf()

    def leaf(self):
        name = self.chance.choice(["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "startsWith", "exists"])
        if name == "exists":
            ours, _, (owner, attribute) = self.path(["x", "y", "n", "s"])
            return {"exists": ours}, f"{owner} has {attribute}"
        if name in ("eq", "ne"):
            left, left_cedar, _ = self.path(["x", "y", "n", "s"])
            if self.chance.random() < 0.4:
                right, right_cedar, _ = self.path(["x", "y", "n", "s"])
            else:
                right, right_cedar = self.literal(SCALARS)
            return {name: [left, right]}, f"{left_cedar} {'==' if name == 'eq' else '!='} {right_cedar}"
        if name in ("lt", "le", "gt", "ge"):
            left, left_cedar, _ = self.path(["n"])
            right, right_cedar = self.literal([0, 1, 2])
            sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[name]
            return {name: [left, right]}, f"{left_cedar} {sign} {right_cedar}"
        if name == "startsWith":
            left, left_cedar, _ = self.path(["x", "y"])
            start = self.chance.choice(["", "a", "ab", "b"])
            return {name: [left, start]}, f'{left_cedar} like "{start}*"'
        item, item_cedar, _ = self.path(["x", "y", "n"])
        if name == "in":
            if self.chance.random() < 0.5:
                sets, sets_cedar = self.literal(SETS)
            else:
                sets, sets_cedar, _ = self.path(["s"])
            return {"in": [item, sets]}, f"{sets_cedar}.contains({item_cedar})"
        sets, sets_cedar, _ = self.path(["s"])
        return {"contains": [sets, item]}, f"{sets_cedar}.contains({item_cedar})"

    def rule(self, number):
        effect = self.chance.choice(["permit", "permit", "forbid"])
        ours = {"id": f"policy{number}", "effect": effect, "match": {"subjectTypes": ["user"]}}
        action = self.chance.choice(["read", "write", None])
        head = "action"
        if action:
            ours["match"]["actions"] = [action]
            head = f'action == Action::"{action}"'
        cedar = f"{effect}(principal, {head}, resource)"
        for clause, odds in (("when", 0.8), ("unless", 0.4)):
            if self.chance.random() < odds:
                ours[clause], text = self.condition(3)
                cedar += f" {clause} {{ {text} }}"
        return ours, cedar + ";"

    def question(self):
        """The question in both languages, and what only the question says."""
        user = self.chance.choice(list(self.users))
        action = self.chance.choice(["read", "write"])
        told = {part: self.attributes() for part in ("resource", "action", "context")}
        ours = {
            "subject": {"type": "user", "id": user},
            "action": {"name": action, "properties": told["action"]},
            "resource": {"type": "record", "id": "r", "properties": told["resource"]},
            "context": told["context"],
        }
        entities = [
            {"uid": {"type": "User", "id": user}, "attrs": self.users[user], "parents": []},
            {"uid": {"type": "Record", "id": "r"}, "attrs": told["resource"], "parents": []},
        ]
        cedar = {
            "principal": f'User::"{user}"', "action": f'Action::"{action}"', "resource": 'Record::"r"',
            "context": {"action": told["action"], "told": told["context"]},
        }
        return ours, cedar, entities


def cedar_value(value):
    if isinstance(value, list):
        return "[" + ", ".join(cedar_value(item) for item in value) + "]"
    return json.dumps(value)


def wanted(world, request, entities, plant):
    """What Cedar says, and what the one thing makes of it that differs on purpose."""
    rules = [(rule, cedar.partition(" unless ")[0].removesuffix(";") + ";" if plant == "unless is not read" else cedar)
             for rule, cedar in world.rules]
    if plant == "the first rule is left out":
        rules = rules[1:]
    names = {f"policy{number}": rule["id"] for number, (rule, _) in enumerate(rules)}
    effects = {rule["id"]: rule["effect"] for rule, _ in rules}
    verdict = cedarpy.is_authorized(request, "\n".join(cedar for _, cedar in rules), entities)
    erred = {names[text.split("`")[1]] for text in verdict.diagnostics.errors}
    erring_forbids = {rule for rule in erred if effects[rule] == "forbid"}
    reasons = {names[reason] for reason in verdict.diagnostics.reasons}
    if plant == "a forbid that errs is skipped":
        erring_forbids = set()
    if erring_forbids:
        reasons = {rule for rule in reasons if effects[rule] == "forbid"} | erring_forbids
    return {"decision": verdict.allowed and not erring_forbids, "determining": reasons, "errors": erred}


def differences(world, tenant, server, questions, plant=None):
    """The questions that the two do not answer alike, and how many are allowed."""
    for user, attributes in world.users.items():
        server.send("PUT", f"/v1/tenants/{tenant}/entities/user/{user}", {"attributes": attributes})
    for rule, _ in world.rules:
        server.send("POST", f"/v1/tenants/{tenant}/policies", rule)
    for ours, _, _ in questions:
        ours["subject"]["properties"] = {"tenantId": tenant}
    body = {"evaluations": [ours for ours, _, _ in questions], "options": {"explain": True}}
    answers = server.send("POST", "/access/v1/evaluations", body)["evaluations"]
    different, allowed = [], 0
    for question, answer in zip(questions, answers, strict=True):
        context = answer["context"]
        found = {
            "decision": answer["decision"],
            "determining": {part["ruleId"] for part in context["determining"]},
            "errors": {part["ruleId"] for part in context["errors"]},
        }
        theirs = wanted(world, question[1], question[2], plant)
        allowed += theirs["decision"]
        if found != theirs:
            different.append((question, found, theirs))
    return different, allowed


def shrink(world, tenant, server, question):
    """The fewest rules found with which the two still differ."""
    number, index = 0, 0
    while index < len(world.rules):
        smaller = copy.copy(world)
        smaller.rules = world.rules[:index] + world.rules[index + 1:]
        number += 1
        if differences(smaller, f"{tenant}-less-{number}", server, [question])[0]:
            world = smaller
        else:
            index += 1
    return world


def judge(world, tenant, server, count, plant=None):
    """Asks both; answers how many were allowed."""
    different, allowed = differences(world, tenant, server, [world.question() for _ in range(count)], plant)
    if not different:
        return allowed
    question = different[0][0]
    if plant is None:
        world = shrink(world, tenant, server, question)
        different, _ = differences(world, f"{tenant}-least", server, [question])
    question, ours, theirs = different[0]
    rules = "\n".join(f"{json.dumps(rule)}\n    {cedar}" for rule, cedar in world.rules)
    raise Difference(f"Cedar says {theirs}, we say {ours}, of\n{json.dumps(question[0])}\n{json.dumps(question[2])}\n{rules}")
