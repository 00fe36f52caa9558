"""Asks thousands of questions of both validators; see scripts/judge-schemas."""
import json
import random
import subprocess
import sys
from collections import Counter

import schema_suite
from schema_cases import Cases
from schema_values import verdicts, written
from schema_walk import ASSERTIONS, UNSUPPORTED, without

INSTANCES_A_SCHEMA = 12
# What a run of the program takes at once.
GROUPS_A_RUN = 2000
# A mistake that is planted is about values that not every schema meets.
PLANTED_GROUPS = 300
ANSWER_SECONDS_MAX = 300


class Group:
    """A schema and values, and what is to be said of them: verdicts, or the pointers of what is refused."""

    def __init__(self, name, schema, instances, wanted, refused=()):
        self.name, self.schema, self.instances, self.wanted, self.refused = name, schema, instances, wanted, refused


def answers(program, questions):
    """Bindery's answer to each schema with its values."""
    for start in range(0, len(questions), GROUPS_A_RUN):
        lines = [f'{{"schema":{written(schema)},"instances":{written(instances)}}}' for schema, instances in questions[start : start + GROUPS_A_RUN]]
        run = subprocess.run([program, "bench", "schemas"], input="\n".join(lines), capture_output=True, text=True, timeout=ANSWER_SECONDS_MAX)
        found = run.stdout.splitlines()
        if run.returncode != 0 or len(found) != len(lines):
            sys.exit(f"judge-schemas: the program answers {len(found)} of {len(lines)} lines, and ends with {run.returncode}: {run.stderr}")
        yield from map(json.loads, found)


def differences(program, groups, plant=lambda schema: schema):
    """Each way in which Bindery says something else, in words; `plant` changes the schema that it is asked about."""
    for group, answer in zip(groups, answers(program, [(plant(group.schema), group.instances) for group in groups])):
        about = f"{group.name}: {written(group.schema)}"
        if group.refused:
            pointer = answer.get("refused", {}).get("pointer")
            if pointer not in group.refused:
                yield f"{about} is to be refused at {' or '.join(sorted(group.refused))}, and the answer is {answer}"
        elif "verdicts" not in answer:
            yield f"{about} is to be taken, and the answer is {answer}"
        else:
            for instance, ours, wanted in zip(group.instances, answer["verdicts"], group.wanted, strict=True):
                if ours != wanted:
                    yield f"{about} and {written(instance)}: to be {wanted}, is {ours}"


def judged(name, cases, schema):
    instances = cases.instances(schema, INSTANCES_A_SCHEMA)
    return Group(name, schema, instances, verdicts(schema, instances))


def about_each(cases, count):
    """For each keyword so many schemas that turn on it."""
    return [judged(f"{word} {number}", cases, cases.about(word)) for word in ASSERTIONS for number in range(count)]


def mixed(cases, count):
    return [judged(f"schema {number}", cases, cases.schema()) for number in range(count)]


def outside(cases, count):
    """Schemas that have each keyword outside of the subset, somewhere in them."""
    for word in UNSUPPORTED:
        for number in range(count):
            schema, pointer = cases.refused(word)
            yield Group(f"{word} {number}", schema, [], [], {pointer})


def official(folder):
    return [Group(*group) for group in schema_suite.groups(folder)]


def hold(program, folder, count, seed):
    """Asks all, and fails with what differs."""
    cases = Cases(random.Random(seed))
    each = max(1, count // 2 // len(ASSERTIONS) // INSTANCES_A_SCHEMA)
    kinds = {
        "the official suite": official(folder),
        "schemas of each keyword": about_each(cases, each),
        "schemas of all keywords": mixed(cases, max(1, count // 2 // INSTANCES_A_SCHEMA)),
        "keywords outside of the subset": list(outside(cases, 5)),
    }
    for word, groups in kinds.items():
        found = list(differences(program, groups))
        if found:
            more = f"\n(and {len(found) - 20} more)" if len(found) > 20 else ""
            sys.exit(f"judge-schemas: {len(found)} differences in {word}, seed {seed}:\n" + "\n".join(found[:20]) + more)
        said = Counter(verdict for group in groups for verdict in group.wanted)
        refused = sum(1 for group in groups if group.refused)
        print(f"judge-schemas: {word}: {len(groups)} schemas, {refused} of them refused; {said[True]} values valid and {said[False]} not, as judged")
    for word in ASSERTIONS:
        said = {verdict for group in kinds["schemas of each keyword"] if group.name.startswith(word + " ") for verdict in group.wanted}
        if count >= 2000 and said != {True, False}:
            sys.exit(f"judge-schemas: the values for {word} are all alike: {said}")


def check_itself(program, folder, seed):
    """Whether each mistake that is planted is found: a keyword unknown to the program, and the refusal of none."""
    cases = Cases(random.Random(seed))
    for word in ASSERTIONS:
        groups = [judged(f"{word} {number}", cases, cases.about(word)) for number in range(PLANTED_GROUPS)]
        must_find(f"{word} is passed over", differences(program, groups, lambda schema: without(schema, word)))
    for word in UNSUPPORTED:
        schema, pointer = {word: UNSUPPORTED[word]}, f"/{word}"
        must_find(f"{word} is taken", differences(program, [Group(word, schema, [], [], {pointer})], lambda schema: {}))
    suite = official(folder)
    for group in suite:
        group.wanted = [not verdict for verdict in group.wanted]
    must_find("the suite says the contrary", differences(program, suite))


def must_find(plant, found):
    if next(found, None) is None:
        sys.exit(f"judge-schemas: not found: {plant}")
    print(f"judge-schemas: found: {plant}")


def main():
    program, folder, count, seed, checks_itself = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "true"
    if checks_itself:
        check_itself(program, folder, seed)
    else:
        hold(program, folder, count, seed)


main()
