extension JudgedSchemas {
    /// Of `allOf` and its like, and `$ref`.
    static let combinations: [Group] = [
        Group(
            schema: ##"""
                {"allOf":[{"properties":{"a":{}}}],"additionalProperties":false}
                """##,
            valid: ##"""
                {}
                """##,
            invalid: ##"""
                {"a":1}
                """##
        ),
        Group(
            schema: ##"""
                {"allOf":[{"type":"integer"},{"minimum":3}]}
                """##,
            valid: ##"""
                3
                """##,
            invalid: ##"""
                2
                3.5
                """##
        ),
        Group(
            schema: ##"""
                {"anyOf":[{"type":"integer"},{"minLength":2}]}
                """##,
            valid: ##"""
                1
                "ab"
                null
                """##,
            invalid: ##"""
                "a"
                """##
        ),
        Group(
            schema: ##"""
                {"oneOf":[{"type":"integer"},{"type":"number","minimum":5}]}
                """##,
            valid: ##"""
                2
                7.5
                """##,
            invalid: ##"""
                7
                2.5
                "x"
                """##
        ),
        Group(
            schema: ##"""
                {"not":{"type":"string"}}
                """##,
            valid: ##"""
                1
                """##,
            invalid: ##"""
                "s"
                """##
        ),
        Group(
            schema: ##"""
                {"not":{"not":{"type":"string"}}}
                """##,
            valid: ##"""
                "s"
                """##,
            invalid: ##"""
                1
                """##
        ),
        Group(
            schema: ##"""
                {
                  "$defs": {
                    "u": {
                      "type": "string",
                      "maxLength": 2
                    }
                  },
                  "properties": {
                    "u": {
                      "$ref": "#/$defs/u"
                    }
                  }
                }
                """##,
            valid: ##"""
                {"u":"ab"}
                """##,
            invalid: ##"""
                {"u":"abc"}
                {"u":1}
                """##
        ),
        Group(
            schema: ##"""
                {
                  "$defs": {
                    "a/b": {
                      "const": 1
                    },
                    "c~d": {
                      "const": 2
                    },
                    "e%f": {
                      "const": 3
                    }
                  },
                  "properties": {
                    "x": {
                      "$ref": "#/$defs/a~1b"
                    },
                    "y": {
                      "$ref": "#/$defs/c~0d"
                    },
                    "z": {
                      "$ref": "#/$defs/e%25f"
                    }
                  }
                }
                """##,
            valid: ##"""
                {"x":1,"y":2,"z":3}
                """##,
            invalid: ##"""
                {"x":2}
                {"y":1}
                {"z":1}
                """##
        ),
        Group(
            schema: ##"""
                {
                  "type": "object",
                  "properties": {
                    "next": {
                      "$ref": "#"
                    },
                    "v": {
                      "type": "integer"
                    }
                  },
                  "required": [
                    "v"
                  ]
                }
                """##,
            valid: ##"""
                {"v":1,"next":{"v":2}}
                """##,
            invalid: ##"""
                {"v":1,"next":{}}
                {"v":1,"next":{"v":1,"next":{"v":"x"}}}
                """##
        ),
        Group(
            schema: ##"""
                {"$ref":"#/$defs/a","minimum":2,"$defs":{"a":{"type":"integer"}}}
                """##,
            valid: ##"""
                2
                """##,
            invalid: ##"""
                1
                2.5
                "x"
                """##
        ),
        Group(
            schema: ##"""
                {
                  "properties": {
                    "a": {
                      "$ref": "#/properties/b/items"
                    },
                    "b": {
                      "items": {
                        "type": "null"
                      }
                    }
                  }
                }
                """##,
            valid: ##"""
                {"a":null}
                {"b":[null]}
                """##,
            invalid: ##"""
                {"a":1}
                {"b":[0]}
                """##
        ),
    ]
}
