extension JudgedSchemas {
    /// Of arrays and objects.
    static let containers: [Group] = [
        Group(
            schema: ##"""
                {"minItems":1,"maxItems":2}
                """##,
            valid: ##"""
                [1]
                [1,2]
                {}
                """##,
            invalid: ##"""
                []
                [1,2,3]
                """##
        ),
        Group(
            schema: ##"""
                {"items":{"type":"integer"}}
                """##,
            valid: ##"""
                [1,2]
                []
                "x"
                {"0":"a"}
                """##,
            invalid: ##"""
                [1,"a"]
                """##
        ),
        Group(
            schema: ##"""
                {"items":false}
                """##,
            valid: ##"""
                []
                """##,
            invalid: ##"""
                [1]
                """##
        ),
        Group(
            schema: ##"""
                {"properties":{"a":{"type":"integer"},"b":true,"c":false}}
                """##,
            valid: ##"""
                {"a":1}
                {"b":"x"}
                {"d":1}
                {}
                [1]
                """##,
            invalid: ##"""
                {"a":"x"}
                {"c":null}
                """##
        ),
        Group(
            schema: ##"""
                {"required":["a","b"]}
                """##,
            valid: ##"""
                {"a":1,"b":null}
                "a"
                []
                """##,
            invalid: ##"""
                {"a":1}
                {}
                """##
        ),
        Group(
            schema: ##"""
                {"properties":{"a":{}},"additionalProperties":false}
                """##,
            valid: ##"""
                {"a":1}
                {}
                """##,
            invalid: ##"""
                {"b":1}
                """##
        ),
        Group(
            schema: ##"""
                {"properties":{"a":{}},"additionalProperties":{"type":"string"}}
                """##,
            valid: ##"""
                {"a":1,"b":"x"}
                """##,
            invalid: ##"""
                {"b":1}
                """##
        ),
        Group(
            schema: ##"""
                {"minProperties":1,"maxProperties":2}
                """##,
            valid: ##"""
                {"a":1}
                {"a":1,"b":2}
                """##,
            invalid: ##"""
                {}
                {"a":1,"b":2,"c":3}
                """##
        ),
    ]
}
