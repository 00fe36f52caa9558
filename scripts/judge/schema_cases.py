"""Schemas of every keyword of the subset, by chance, and values that stand at their edges."""
from decimal import Decimal

from schema_walk import ASSERTIONS, UNSUPPORTED, escaped, schemas

TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
# Names that must not be taken for each other, or for a step of a pointer.
PLAIN_NAMES = ("a", "b", "a/b", "a~b", "c%d", "", "\U0001f600", "constructor", "0")
# One name to the reader of JSON, which refuses an object of both, and two to a schema.
TWINS = ("\u00e9", "e\u0301")
TEXTS = (
    "", "a", "ab", "abc", "abcd", "aab", "b", "A1", "0", "12", "\u0663", "\u00e9", "e\u0301", "\U0001f600", "\U0001f600a", "a\n", "\n",
    "a b", " ", "\u00a0", "\ufeff", "\u2028", "foo-bar", "1", "true", "\u0000", "\U0001f1e9\U0001f1ea", "a-b_c", "x" * 12,
)
NUMBERS = tuple(parse(text) for parse, texts in (
    (int, ("0", "1", "-1", "2", "3", "7", "10", "9007199254740992", "9007199254740993", "9223372036854775807", "-9223372036854775808",
           "9223372036854775808", "12345678901234567890", "12345678901234567891")),
    (Decimal, ("0.0", "-0.0", "1.0", "1.5", "-1.5", "0.1", "0.3", "0.01", "19.99", "19.995", "1E+2", "1E-2", "1E+300", "1E-300", "2.0",
               "9007199254740993.0", "0.10", "1E+0")),
) for text in texts)
# regress goes back exponentially on many a in a row, as every engine of its kind: no text here has them.
PATTERNS = (
    "a", "^a$", "^a|b$", "b", "^[a-c]+$", "^[^a]*$", "\\d", "^\\d+$", "^\\w+$", "\\W", "\\s", "^\\S+$", "^.$", "^..$", "^a{2}b?$",
    "^(?:ab|a)+c$", "(a+)+$", "^(a|aa)+$", "\\bab\\b", "a\\Bb", "^$", "", "\\u00e9", "\\u{1F600}", "\\uD83D\\uDE00", "^[\\u{1F600}]$",
    "^[\\w-]+$", "\\x41", "^[\\s\\d]*$", "\\0", "^(?<n>a)b", "a*?b", "^[]$", "^[^]$", "\\cJ", "^\\/|\\.$", "[\\b]", "^[a\\-c]+$",
)
FORMATTED = {
    "hostname": ("example.com", "a", "a.b", "-a", "a-", "a_b", "a..b", ".a", "1.2.3.4", "x" * 63, "x" * 64, "x" * 60 + "." + "y" * 60, ""),
    "uri": ("https://example.com/a?b=c#d", "urn:a:b", "//a/b", "a", "http://[::1]/", "http://[::1", "mailto:a@b.c", "http://a b/", "a:",
            "http://a/%20", "http://a/%2", "1a:b", "http://u:p@h:80/", "http://h:x/", ""),
    "uuid": ("2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380", "2eb8aa08aa9811eab4aa73b441d16380",
             "2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}", ""),
    "date-time": ("2025-01-15T09:00:00Z", "2025-01-15T09:00:00.123+05:30", "2025-01-15t09:00:00z", "2025-02-29T00:00:00Z",
                  "2024-02-29T00:00:00Z", "2025-01-15 09:00:00Z", "2025-01-15T24:00:00Z", "2025-01-15T09:00:00", "2025-01-15T09:00:00+24:00",
                  "2025-13-01T00:00:00Z", "2025-01-15T09:00Z", "2025-01-15T09:00:00.Z", ""),
}


class Cases:
    """Schemas and values, the same for the same chance."""

    # With more references in one schema the ways through it become too many for a judge without a budget.
    REFERENCES_MAX = 4

    def __init__(self, chance):
        self.chance = chance
        self.references = 0

    def reference(self, ahead):
        """A reference to a definition; None when there are enough."""
        self.references += 1
        if self.references > self.REFERENCES_MAX:
            return None
        return f"#/$defs/{('d', 'd~1e', 'd%25')[self.chance.choice(ahead)]}"

    def names(self, count):
        """So many names that can stand in one object."""
        return self.chance.sample([*PLAIN_NAMES, self.chance.choice(TWINS)], count)

    def value(self, depth=2):
        """A value of any type; lists and objects of few, so that they often repeat."""
        kind = self.chance.randrange(9 if depth else 6)
        if kind == 0:
            return self.chance.choice((None, True, False))
        if kind in (1, 2):
            return self.chance.choice(TEXTS)
        if kind in (3, 4, 5):
            return self.chance.choice(NUMBERS)
        if kind == 6:
            return {name: self.value(depth - 1) for name in self.names(self.chance.randrange(4))}
        few = [self.value(depth - 1) for _ in range(self.chance.randrange(1, 4))]
        return [self.chance.choice(few) for _ in range(self.chance.randrange(5))]

    def schema(self):
        """A whole schema, with definitions and references to them and to itself."""
        self.references = 0
        whole = self.part(3, range(3))
        if isinstance(whole, bool):
            return whole
        whole["$defs"] = {name: self.part(2, range(place + 1, 3)) for place, name in enumerate(("d", "d/e", "d%"))}
        return whole

    def part(self, depth, ahead):
        """A schema inside one; `ahead` are the definitions that it may refer to without going round."""
        if self.chance.randrange(12) == 0:
            return self.chance.random() < 0.7
        words = self.chance.sample(ASSERTIONS, self.chance.randrange(1, 4))
        if self.chance.randrange(3) == 0:
            words.append(self.chance.choice(("title", "$comment", "description")))
        return {word: value for word in words if (value := self.keyword(word, depth, ahead)) is not None}

    def keyword(self, word, depth, ahead):
        """What stands at the keyword; None where there is no room for it."""
        chance = self.chance
        if word == "type":
            return chance.choice(TYPES) if chance.random() < 0.6 else chance.sample(TYPES, chance.randrange(1, 4))
        if word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            return chance.choice(NUMBERS)
        if word.startswith(("min", "max")):
            return chance.choice((0, 1, 1, 2, 2, 3, Decimal("2.0"), 5, 12))
        if word == "required":
            return self.names(chance.randrange(3))
        if word == "enum":
            return [self.value() for _ in range(chance.randrange(1, 6))]
        if word == "const":
            return self.value()
        if word == "pattern":
            return chance.choice(PATTERNS)
        if word == "format":
            return chance.choice(list(FORMATTED))
        if word == "$ref":
            return self.reference(ahead) if ahead else None
        if word in ("title", "$comment", "description"):
            return "minLength"
        return self.applicator(word, depth, ahead)

    def applicator(self, word, depth, ahead):
        if depth == 0:
            return None
        # What is inside of the value may go back to any definition: it gets shorter on the way.
        inside = range(3)
        if word == "properties":
            return {name: self.part(depth - 1, inside) for name in self.names(self.chance.randrange(1, 4))}
        if word in ("additionalProperties", "items"):
            if self.chance.randrange(8) == 0 and self.references < self.REFERENCES_MAX:
                self.references += 1
                return {"$ref": "#"}
            return self.part(depth - 1, inside)
        if word == "not":
            return self.part(depth - 1, ahead)
        return [self.part(depth - 1, ahead) for _ in range(self.chance.randrange(1, 4))]

    def about(self, word):
        """A schema that turns on one keyword."""
        self.references = 0
        schema = {word: self.keyword(word, 2, range(3)), "$defs": {name: self.part(1, ()) for name in ("d", "d/e", "d%")}}
        if word == "additionalProperties":
            schema["properties"] = {name: True for name in self.names(2)}
        return schema

    def instances(self, schema, count):
        """Values at the edges of what the schema names, and some that have nothing to do with it."""
        edges = list(self.edges(schema))
        return [self.chance.choice(edges) if edges and self.chance.random() < 0.6 else self.value(3) for _ in range(count)]

    def edges(self, schema):
        for _, part in schemas(schema):
            if not isinstance(part, dict):
                continue
            for word, value in part.items():
                if word in ("enum",):
                    yield from value
                elif word in ("const",):
                    yield value
                elif word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                    yield from (value, value + 1, value - 1, value + Decimal("0.5"))
                elif word in ("minLength", "maxLength"):
                    yield from ("\U0001f600" * (int(value) + more) for more in (-1, 0, 1))
                elif word in ("minItems", "maxItems"):
                    yield from ([1] * (int(value) + more) for more in (-1, 0, 1))
                elif word in ("minProperties", "maxProperties"):
                    yield from ({name: 1 for name in PLAIN_NAMES[: max(0, int(value) + more)]} for more in (-1, 0, 1))
                elif word in ("required", "properties"):
                    names = list(value)
                    twins = dict(zip(TWINS, reversed(TWINS)))
                    yield {twins.get(name, name): self.value() for name in names}
                    yield {name: self.value() for name in names}
                    yield {name: self.value() for name in names[1:]}
                elif word == "format":
                    yield from FORMATTED[value]

    def refused(self, word):
        """A schema with a keyword outside of the subset somewhere in it, and the keyword's pointer."""
        schema = self.schema()
        while isinstance(schema, bool):
            schema = self.schema()
        place, part = self.chance.choice([(place, part) for place, part in schemas(schema) if isinstance(part, dict)])
        part[word] = UNSUPPORTED[word]
        return schema, f"{place}/{escaped(word)}"
