"""Rules over the circumstances of a call, in our language and in Cedar's.

They are rules over attributes that name the types `workflow` and `connection`. An attribute that the call does not
tell is an error in both languages: such a permit does not count, and such a forbid denies.
"""
import json


def condition(chance, depth=2):
    """A condition in both languages."""
    kind = chance.choice(["and", "or", "not", "leaf"]) if depth else "leaf"
    if kind == "not":
        ours, cedar = condition(chance, depth - 1)
        return {"not": ours}, f"!({cedar})"
    if kind != "leaf":
        parts = [condition(chance, depth - 1) for _ in range(chance.randint(1, 3))]
        joint = " && " if kind == "and" else " || "
        return {kind: [ours for ours, _ in parts]}, joint.join(f"({cedar})" for _, cedar in parts)
    return leaf(chance)


def leaf(chance):
    """A condition that has no parts."""
    amount = {"attr": "context.amount"}
    limit = chance.choice([0, 10, 100])
    words = chance.sample(["agent-1", "checkout", "refund-agent"], 2)
    slot, mode = chance.choice(["first", "second"]), chance.choice(["byok", "managed"])
    return chance.choice([
        ({"gt": [amount, limit]}, f"context.told.amount > {limit}"),
        ({"le": [amount, limit]}, f"context.told.amount <= {limit}"),
        ({"exists": amount}, "context.told has amount"),
        ({"eq": [{"attr": "context.channel"}, "web"]}, 'context.told.channel == "web"'),
        ({"eq": [{"attr": "resource.slot"}, slot]}, f'context.slot == "{slot}"'),
        ({"eq": [{"attr": "resource.ownershipMode"}, mode]}, f'context.mode == "{mode}"'),
        ({"startsWith": [{"attr": "resource.id"}, "a"]}, 'context.connection like "a*"'),
        ({"in": [{"attr": "subject.id"}, words]}, f"{json.dumps(words)}.contains(principal.name)"),
    ])


def rule(chance, number, patterns):
    """A rule; its Cedar is what stands behind the head."""
    match = {"subjectTypes": ["workflow"], "resourceTypes": ["connection"]}
    if chance.random() < 0.4:
        match["actions"] = chance.sample(patterns, chance.randint(1, 2))
    found = {
        "id": f"condition-{number}", "effect": chance.choice(["forbid", "permit"]), "match": match,
        "level": chance.choice(["platform", "tenant"]), "enabled": chance.random() < 0.9, "cedar": "",
    }
    for clause, odds in (("when", 0.8), ("unless", 0.3)):
        if chance.random() < odds:
            found[clause], text = condition(chance)
            found["cedar"] += f" {clause} {{ {text} }}"
    # Without either it is about attributes by its types alone.
    return found


def told(chance):
    """What a call tells of its circumstances; everything may be missing."""
    values = {"amount": [0, 1, 10, 11, 100, 101], "channel": ["web", "mail"]}
    return {name: chance.choice(known) for name, known in values.items() if chance.random() < 0.7}
