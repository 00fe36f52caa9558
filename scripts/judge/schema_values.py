"""JSON whose numbers keep their digits, and the judge of it: jsonschema over exact numbers and expressions of ECMA-262."""
import json
from decimal import Decimal
from fractions import Fraction

import jsonschema
import regress
from jsonschema import Draft202012Validator, FormatChecker

FORMATS = ("hostname", "uri", "uuid", "email", "date-time")


def parsed(text):
    """The value, with exact numbers: a double would make of 19.99 what it is not."""
    return json.loads(text, parse_float=Decimal)


def written(value):
    """The value as JSON text, which `json` does not write for exact numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def is_number(checker, value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def is_integer(checker, value):
    return is_number(checker, value) and Fraction(value).denominator == 1


def pattern(validator, expression, value, schema):
    if validator.is_type(value, "string") and regress.Regex(expression, "u").find(value) is None:
        yield jsonschema.ValidationError("does not match")


Judge = jsonschema.validators.extend(
    Draft202012Validator,
    validators={"pattern": pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", is_number).redefine("integer", is_integer),
)
FORMAT_CHECKER = FormatChecker(FORMATS)


def is_plain_text(value):
    """All five are of ASCII; of Python's expressions `$` also matches before a last end of line, and `\\d` other digits."""
    return value.isascii() and not value.endswith("\n")


def held_to_plain_text(format):
    check, raises = FORMAT_CHECKER.checkers[format]
    checks = lambda value: check(value) and (not isinstance(value, str) or is_plain_text(value))
    FORMAT_CHECKER.checkers = {**FORMAT_CHECKER.checkers, format: (checks, raises)}


for name in FORMATS:
    held_to_plain_text(name)


def verdicts(schema, instances):
    """What jsonschema says of each instance."""
    judge = Judge(schema, format_checker=FORMAT_CHECKER)
    return [judge.is_valid(instance) for instance in instances]
