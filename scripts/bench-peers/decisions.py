"""Times the decisions of Cedar over what `bindery bench decide` decides from.

    decisions.py BINDERY RUNS [--quick]

Needs the package cedarpy of PyPI. Prints JSON: {"version", "decide": [{"bindings", "rules", "cedarNs",
"callNs", "dataNs"}], "attributes": [{"rules", "cedarNs", "callNs"}]}. The policies and the entities are parsed
before anything is timed. `cedarNs` is the time of the decision by Cedar's own clock, in whole microseconds;
`callNs` has what cedarpy does around it too; `dataNs` is Cedar's time when bindings are no policies but sets of
names that one policy looks into, which can't hold patterns. Every question has to be permitted, as ours is.
"""
import importlib.metadata
import json
import statistics
import subprocess
import sys
import time

import cedarpy

BINDING_COUNTS = (20, 1000, 10_000)
RULE_COUNTS = (0, 10, 1000)
# About so many policies are looked at in one run of one case.
POLICIES_A_RUN = 200_000
CALLS_MAX = 1000


def text(value):
    """A string of Cedar's."""
    return json.dumps(value)


def entity(kind, name):
    """The name of an entity; a type of ours may have a dash, Cedar's has none."""
    return f"{''.join(part.capitalize() for part in kind.split('-'))}::{text(name)}"


def kind_of(name):
    """The type alone."""
    return entity(name, "").partition("::")[0]


def one_of(value, patterns):
    """Whether a value is one of a rule's list."""
    return "(" + " || ".join(f"{value} like {text(word)}" if "*" in word else f"{value} == {text(word)}" for word in patterns) + ")"


def grant(binding):
    """A binding: its workflows are names, so Cedar need look no further than at the head."""
    workflow = entity("workflow", binding["scope"]["workflows"][0])
    return f"permit(principal == {workflow}, action, resource == {entity('connection', binding['connectionId'])});"


def guardrail(rule):
    """A rule over calls, with an exact name in the head, where Cedar is quickest."""
    match, head = dict(rule["match"]), {"principal": "principal", "action": "action", "resource": "resource"}
    for name, part, kind in (("workflows", "principal", "workflow"), ("operations", "action", "action"),
                             ("connections", "resource", "connection")):
        words = match.get(name, [])
        if rule["effect"] == "forbid" and len(words) == 1 and "*" not in words[0]:
            head[part] = f"{part} == {entity(kind, words[0])}"
            del match[name]
    values = {"workflows": "principal.name", "operations": "context.operation", "integrations": "resource.integration",
              "categories": "resource.category", "connections": "resource.name", "slots": "context.slot",
              "environments": "resource.environment", "ownershipModes": "resource.mode"}
    parts = {name: one_of(values[name], words) for name, words in match.items() if words}
    body = " && ".join(parts.values()) or "true"
    scope = f"{head['principal']}, {head['action']}, {head['resource']}"
    if rule["effect"] == "forbid":
        return f"forbid({scope}) when {{ {body} }};"
    # A permit is a gate: what it is about is forbidden to whom it does not admit.
    about = " && ".join(part for name, part in parts.items() if name != "workflows") or "true"
    return f"forbid({scope}) when {{ {about} }} unless {{ {body} }};"


def attribute_rule(rule):
    """A rule over attributes, of the shapes that the benchmark has."""
    match = rule["match"]
    head = (f"principal is {kind_of(match['subjectTypes'][0])}, action == {entity('action', match['actions'][0])}, "
            f"resource is {kind_of(match['resourceTypes'][0])}")
    left, right = (f"{side['attr'].replace('subject', 'principal')}" if isinstance(side, dict) else text(side)
                   for side in rule["when"]["eq"])
    return f"{rule['effect']}({head}) when {{ {left} == {right} }};"


def calls(world, as_data=False):
    """Policies, entities, and what is asked, of a config and its guardrails."""
    operation = next(iter(world["spec"]["operations"]))
    bound = {binding["scope"]["workflows"][0]: binding for binding in world["config"]["integrations"]}
    grants = [grant(binding) for binding in world["config"]["integrations"]]
    if as_data:
        grants = ["permit(principal, action, resource) when { resource.workflows.contains(principal) };"]
    policies = grants + [guardrail(rule) for rule in world["guardrails"]]
    entities = [{"uid": {"type": "Workflow", "id": name}, "attrs": {"name": name}, "parents": []} for name in sorted(set(world["workflows"]))]
    for connection in world["connections"]:
        meta = connection["meta"]
        named = [name for name, binding in bound.items() if as_data and binding["connectionId"] == meta["id"]]
        entities.append({"uid": {"type": "Connection", "id": meta["id"]}, "parents": [], "attrs": {
            "name": meta["id"], "integration": meta["integrationKey"], "category": world["spec"]["meta"]["category"],
            "environment": meta["environment"], "mode": connection["ownershipMode"],
            "workflows": [{"__entity": {"type": "Workflow", "id": name}} for name in named]}})
    requests = [{
        "principal": entity("workflow", name), "action": entity("action", operation),
        "resource": entity("connection", bound[name]["connectionId"]),
        "context": {"operation": operation, "slot": bound[name]["slotId"]},
    } for name in world["workflows"]]
    return policies, entities, requests


def attributes(world):
    """The same of the rules over attributes."""
    asked = world["question"]
    parties = [asked["subject"], asked["resource"]]
    entities = [{"uid": {"type": kind_of(party["type"]), "id": party["id"]}, "attrs": party["properties"], "parents": []} for party in parties]
    principal, resource = (entity(party["type"], party["id"]) for party in parties)
    request = {"principal": principal, "action": entity("action", asked["action"]["name"]), "resource": resource, "context": {}}
    return [attribute_rule(rule) for rule in world["attributeRules"]], entities, [request]


def measure(policies, entities, requests, runs, is_quick):
    """The medians of a case."""
    parsed = cedarpy.PolicySet.from_str("\n".join(policies))
    stored = cedarpy.Entities.from_json_str(json.dumps(entities))
    count = len(requests) if is_quick else min(CALLS_MAX, max(2 * len(requests), POLICIES_A_RUN // len(policies)))
    own, whole = [], []
    for run in range(runs + 1):
        for turn in range(count):
            request = requests[turn % len(requests)]
            began = time.perf_counter_ns()
            answer = cedarpy.is_authorized(request, parsed, stored)
            took = time.perf_counter_ns() - began
            if not answer.allowed or answer.diagnostics.errors:
                sys.exit(f"decisions: Cedar denies what we permit: {request}, {answer.diagnostics.errors}")
            # The first run warms up.
            if run:
                own.append(answer.metrics["authz_duration_micros"] * 1000)
                whole.append(took)
    return {"cedarNs": statistics.median(own), "callNs": statistics.median(whole)}


def main():
    binary, runs, is_quick = sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["--quick"]

    def world(bindings, rules):
        command = [binary, "bench", "world", "--bindings", str(bindings), "--rules", str(rules)]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    decide = []
    for bindings in BINDING_COUNTS:
        for rules in RULE_COUNTS:
            told = world(bindings, rules)
            row = measure(*calls(told), runs, is_quick)
            as_data = measure(*calls(told, as_data=True), runs, is_quick)["cedarNs"]
            decide.append({"bindings": bindings, "rules": rules} | row | {"dataNs": as_data})
    judged = [{"rules": rules} | measure(*attributes(world(20, rules)), runs, is_quick) for rules in RULE_COUNTS if rules]
    print(json.dumps({"version": importlib.metadata.version("cedarpy"), "decide": decide, "attributes": judged}))


if __name__ == "__main__":
    main()
