"""A world of calls in Cedar's language, and what Cedar says of a question.

A binding is a permit, a rule that forbids a forbid, a revoked connection a forbid, and each level's gate a forbid of
what its permits are about unless one of them admits the workflow. Conditions are asked when all else permits the
call, as sets of their own: an error in one of them must not hide another. A question about a connection, a slot or a
capability is permitted when one of the calls that it is about is.
"""
import cedarpy

# What each planted mistake says instead; the judge has to find every one of them.
PLANTS = (
    "a grant for everybody", "an empty scope admits all", "an empty list of a rule matches nothing",
    "a forbid left out", "a gate opened by the other level", "a revoked connection serves", "a gate left out",
    "a forbid that errs is skipped", "a permit that errs counts",
)
LEVELS = ("platform", "tenant")


class Translation:
    """The sets of policies of a world."""

    def __init__(self, world, plant=None):
        self.world, self.plant = world, plant
        self.lines = list(self.grants()) + list(self.guardrails())
        rules = [rule for rule in world.rules if rule["enabled"] and rule["effect"] == "permit"]
        enabled = [rule for rule in world.conditions if rule["enabled"]]
        self.condition_permits = [rule for rule in enabled if rule["effect"] == "permit"]
        self.calls = Set(self.lines)
        self.admitting = Set(policy(named(rule), "permit", self.about(rule, workflow=True)) for rule in rules)
        self.concerned = Set(policy(named(rule), "permit", acting(rule)) for rule in self.condition_permits)
        self.applying = Set(policy(named(rule), "permit", acting(rule)) + rule["cedar"] for rule in self.condition_permits)
        forbids = [policy(named(rule), "forbid", acting(rule)) + rule["cedar"] for rule in enabled if rule["effect"] == "forbid"]
        self.forbids = Set(['@id("all") permit(principal, action, resource)'] + forbids if forbids else [])

    # What permits and forbids

    def grants(self):
        for number, binding in enumerate(self.world.bindings):
            scope = [self.like("principal.name", binding["workflows"]), self.like("context.operation", binding["operations"])]
            if self.plant == "a grant for everybody" and number == 1:
                scope = ["true"]
            place = f'context.slot == "{binding["slot"]}" && context.connection == "{binding["connection"]}"'
            yield policy(f"grant-{number}", "permit", f'{place} && {" && ".join(scope)}')

    def guardrails(self):
        world = self.world
        if world.revoked and self.plant != "a revoked connection serves":
            yield policy("revoked", "forbid", f'context.connection == "{world.revoked}"')
        for level in LEVELS:
            permits = [rule for rule in world.rules if rule["effect"] == "permit" and rule["enabled"]]
            admitting = permits if self.plant == "a gate opened by the other level" else [rule for rule in permits if rule["level"] == level]
            permits = [rule for rule in permits if rule["level"] == level]
            if permits and self.plant != "a gate left out":
                concerned = " || ".join(f"({self.about(rule, workflow=False)})" for rule in permits)
                admitted = " || ".join(f"({self.about(rule, workflow=True)})" for rule in admitting)
                yield policy(f"gate-{level}", "forbid", concerned) + f" unless {{ {admitted} }}"
        forbids = [rule for rule in world.rules if rule["effect"] == "forbid" and rule["enabled"]]
        for rule in forbids[1:] if self.plant == "a forbid left out" else forbids:
            yield policy(named(rule), "forbid", self.about(rule, workflow=True))

    def like(self, value, patterns):
        """A list of a scope: absent admits all, an empty one none."""
        if patterns is None or (not patterns and self.plant == "an empty scope admits all"):
            return "true"
        return any_like(value, patterns)

    def about(self, rule, workflow):
        """What a rule is about; an empty list of a rule matches all."""
        match = rule["match"]
        parts = ["true"]
        names = {"operations": "operation", "integrations": "integration", "connections": "connection", "slots": "slot"}
        exact = {"categories": "category", "environments": "environment", "ownershipModes": "mode"}
        if any(list_ == [] for list_ in match.values()) and self.plant == "an empty list of a rule matches nothing":
            parts.append("false")
        for key, name in names.items():
            if match.get(key):
                parts.append(any_like(f"context.{name}", match[key]))
        for key, name in exact.items():
            if match.get(key):
                parts.append("(" + " || ".join(f'context.{name} == "{word}"' for word in match[key]) + ")")
        if workflow and match.get("workflows"):
            parts.append(any_like("principal.name", match["workflows"]))
        return " && ".join(parts)

    # What Cedar says

    def verdict(self, workflow, told, calls):
        """The decision about some calls, and all that is told of it, in our words."""
        judged = [self.call(workflow, told, slot, connection, operation) for slot, connection, operation in calls]
        permitted = [call for call in judged if call["allowed"]]
        telling = permitted or judged

        def all_of(name, calls):
            return set().union(*(call[name] for call in calls))

        gates = {name for name in all_of("forbidding", judged) if name.startswith("gate-")}
        if permitted:
            determining, gates = all_of("granting", permitted) | all_of("admitting", permitted), set()
        else:
            determining = all_of("forbidding", judged) - gates - {"revoked"}
        # What erred has no part; grants, gates and what is revoked are no rules.
        policies = set().union(*((call["forbidding"] | call["admitting"]) - call["erring"] for call in judged))
        policies = {name.split(" ")[1] for name in policies if " " in name}
        return {"allowed": bool(permitted), "determining": determining, "gates": gates, "policies": policies,
                "errors": all_of("erring", telling)}

    def call(self, workflow, told, slot, connection, operation):
        """What Cedar says of one call."""
        world = self.world
        context = {
            "slot": slot, "connection": connection, "operation": operation, "integration": world.integration(connection),
            "category": "payments", "environment": "sandbox", "mode": world.modes[connection], "told": told,
        }
        ask = Ask(workflow, context)
        allowed, reasons, _ = ask(self.calls)
        _, admitting, _ = ask(self.admitting)
        found = {"allowed": allowed, "granting": reasons if allowed else set(), "forbidding": set() if allowed else reasons,
                 "admitting": admitting, "erring": set()}
        return self.conditions(found, ask) if allowed else found

    def conditions(self, found, ask):
        """What the circumstances say of a call that is permitted otherwise."""
        _, forbidding, erring_forbids = ask(self.forbids)
        _, concerned, _ = ask(self.concerned)
        _, applying, erring_permits = ask(self.applying)
        if self.plant == "a forbid that errs is skipped":
            erring_forbids = set()
        open_to = applying | (erring_permits if self.plant == "a permit that errs counts" else set())
        forbidding = (forbidding - {"all"}) | erring_forbids
        gates = [level for level in LEVELS if any(name.startswith(level) for name in concerned)]
        is_open = all(any(name.startswith(level) for name in open_to) for level in gates)
        found["allowed"] = not forbidding and is_open
        found["forbidding"], found["erring"] = forbidding, erring_forbids | erring_permits
        found["admitting"] = found["admitting"] | applying
        return found


class Set:
    """Policies of Cedar's, which it names by their place."""

    def __init__(self, lines):
        lines = list(lines)
        self.names = {f"policy{number}": line.split('"')[1] for number, line in enumerate(lines)}
        self.parsed = cedarpy.PolicySet.from_str("\n".join(line + ";" for line in lines)) if lines else None


class Ask:
    """A question about one call, for several sets."""

    def __init__(self, workflow, context):
        self.request = {"principal": f'Workflow::"{workflow}"', "action": 'Action::"call"', "resource": 'Resource::"r"', "context": context}
        self.entities = [{"uid": {"type": "Workflow", "id": workflow}, "attrs": {"name": workflow}, "parents": []}]

    def __call__(self, policies):
        """Whether it is permitted, which policies say so, and which err."""
        if policies.parsed is None:
            return False, set(), set()
        answer = cedarpy.is_authorized(self.request, policies.parsed, self.entities)
        reasons = {policies.names[reason] for reason in answer.diagnostics.reasons}
        return answer.allowed, reasons, {policies.names[text.split("`")[1]] for text in answer.diagnostics.errors}


def policy(name, effect, condition):
    """A policy without its end, so that more can stand behind it."""
    return f'@id("{name}") {effect}(principal, action, resource) when {{ {condition} }}'


def named(rule):
    """A rule with its level, since an id is unique within that alone."""
    return f'{rule["level"]} {rule["id"]}'


def acting(rule):
    """Whether the call's operation is one that a condition is about."""
    patterns = rule["match"].get("actions")
    return any_like("context.operation", patterns) if patterns else "true"


def any_like(value, patterns):
    """Whether a pattern matches; none of none."""
    return "(" + (" || ".join(f'{value} like "{pattern}"' for pattern in patterns) or "false") + ")"
