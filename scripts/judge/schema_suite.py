"""The official suite of JSON Schema 2020-12, out of the source of jsonschema, which holds it."""
import json
import os

from schema_values import FORMATS, parsed, written
from schema_walk import outside

# format.json holds that a format only annotates, and here it asserts: optional/format says what each asserts.
LEFT_OUT = ("format.json",)


def takes_pattern(expression):
    """Expressions that no automaton decides, and classes by Unicode property, are outside of the subset."""
    return not any(word in expression for word in ("(?=", "(?!", "(?<=", "(?<!", "\\p{", "\\P{"))


def files(folder):
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(base, name), folder)
            is_format = path.startswith("optional/format/")
            if path not in LEFT_OUT and (not is_format or name.removesuffix(".json") in FORMATS):
                yield path


def groups(folder):
    """Each group of cases: its name, schema, instances, the suite's verdicts, and where the schema is refused."""
    for path in files(folder):
        with open(os.path.join(folder, path), encoding="utf-8") as file:
            for group in parsed(file.read()):
                name = f"{path}: {group['description']}"
                instances = [test["data"] for test in group["tests"]]
                wanted = [test["valid"] for test in group["tests"]]
                yield name, group["schema"], instances, wanted, outside(group["schema"], FORMATS, takes_pattern)
