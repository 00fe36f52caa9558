"""Where a schema's keywords stand, and which of them are outside the subset."""

ANNOTATIONS = ("title", "description", "examples", "$comment", "deprecated", "readOnly", "writeOnly", "$schema", "$id", "default")
ASSERTIONS = (
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "pattern", "format", "minLength",
    "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
    "minProperties", "maxProperties", "allOf", "anyOf", "oneOf", "not", "$ref",
)
# Every other keyword of 2020-12, with the schema or value that it takes; then those of other drafts and of OpenAPI.
UNSUPPORTED = {
    "if": {}, "then": False, "else": False, "dependentSchemas": {"a": {}}, "dependentRequired": {"a": ["b"]},
    "patternProperties": {"^a": {}}, "propertyNames": {"maxLength": 3}, "prefixItems": [{}], "contains": {},
    "minContains": 2, "maxContains": 0, "unevaluatedItems": False, "unevaluatedProperties": False,
    "contentEncoding": "base64", "contentMediaType": "application/json", "contentSchema": {}, "$anchor": "a",
    "$dynamicAnchor": "a", "$dynamicRef": "#a", "$vocabulary": {},
    "multipleOf": 2, "uniqueItems": True,
    "dependencies": {"a": ["b"]}, "additionalItems": False, "definitions": {}, "id": "https://example.com/s",
    "$recursiveAnchor": True, "$recursiveRef": "#", "divisibleBy": 2, "disallow": "string", "extends": {},
    "nullable": True, "discriminator": {"propertyName": "a"},
}
ONE, LIST, NAMED = ("additionalProperties", "items", "not"), ("allOf", "anyOf", "oneOf"), ("properties", "$defs")


def escaped(token):
    return str(token).replace("~", "~0").replace("/", "~1")


def schemas(schema, place=""):
    """Every schema in a schema that the subset sees, with its pointer."""
    yield place, schema
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        inner = []
        if keyword in ONE:
            inner = [(keyword, value)]
        elif keyword in LIST and isinstance(value, list):
            inner = [(f"{keyword}/{index}", item) for index, item in enumerate(value)]
        elif keyword in NAMED and isinstance(value, dict):
            inner = [(f"{keyword}/{escaped(name)}", item) for name, item in value.items()]
        for step, item in inner:
            yield from schemas(item, f"{place}/{step}")


def outside(schema, formats, takes_pattern):
    """The pointers of what the subset leaves out: keywords, formats, expressions, and references that are not local."""
    found = set()
    seen = {place for place, _ in schemas(schema)}
    for place, part in schemas(schema):
        if not isinstance(part, dict):
            continue
        for keyword, value in part.items():
            known = keyword in ASSERTIONS or keyword in ANNOTATIONS or keyword == "$defs" or keyword.startswith("x-")
            refused = (
                not known
                or keyword == "format" and value not in formats
                or keyword == "pattern" and not takes_pattern(value)
                or keyword == "$id" and place != ""
                or keyword == "$schema" and value.rstrip("#") != "https://json-schema.org/draft/2020-12/schema"
                or keyword == "$ref" and target(value) not in seen
            )
            if refused:
                found.add(f"{place}/{escaped(keyword)}")
    return found


def target(reference):
    """The pointer of a local reference; None for any other."""
    from urllib.parse import unquote

    return unquote(reference[1:]) if reference.startswith("#") and reference[1:2] in ("", "/") else None


def without(schema, keyword):
    """The schema as a validator would see it that does not know the keyword."""
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, value in schema.items():
        if name == keyword:
            continue
        if name in ONE:
            value = without(value, keyword)
        elif name in LIST and isinstance(value, list):
            value = [without(item, keyword) for item in value]
        elif name in NAMED and isinstance(value, dict):
            value = {key: without(item, keyword) for key, item in value.items()}
        kept[name] = value
    return kept
