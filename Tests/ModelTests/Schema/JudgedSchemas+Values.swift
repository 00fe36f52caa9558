extension JudgedSchemas {
    /// Of types, `enum` and `const`.
    static let values: [Group] = [
        Group(
            schema: ##"""
                {"type":"string"}
                """##,
            valid: ##"""
                "a"
                ""
                """##,
            invalid: ##"""
                1
                null
                true
                []
                {}
                """##
        ),
        Group(
            schema: ##"""
                {"type":"integer"}
                """##,
            valid: ##"""
                1
                1.0
                -0.0
                1e+300
                """##,
            invalid: ##"""
                1.5
                "1"
                true
                """##
        ),
        Group(
            schema: ##"""
                {"type":"number"}
                """##,
            valid: ##"""
                1
                1.5
                """##,
            invalid: ##"""
                "1"
                false
                null
                """##
        ),
        Group(
            schema: ##"""
                {"type":["string","null"]}
                """##,
            valid: ##"""
                "a"
                null
                """##,
            invalid: ##"""
                1
                false
                """##
        ),
        Group(
            schema: ##"""
                {"type":"object"}
                """##,
            valid: ##"""
                {}
                {"a":1}
                """##,
            invalid: ##"""
                []
                null
                """##
        ),
        Group(
            schema: ##"""
                {"type":"boolean"}
                """##,
            valid: ##"""
                true
                false
                """##,
            invalid: ##"""
                0
                1
                "true"
                """##
        ),
        Group(
            schema: ##"""
                {"enum":["a",1,null,{"b":[1,2]},false]}
                """##,
            valid: ##"""
                "a"
                1
                1.0
                null
                false
                {"b":[1,2]}
                {"b":[1.0,2]}
                """##,
            invalid: ##"""
                true
                0
                "1"
                {"b":[2,1]}
                "b"
                """##
        ),
        Group(
            schema: ##"""
                {"const":true}
                """##,
            valid: ##"""
                true
                """##,
            invalid: ##"""
                1
                "true"
                1.0
                """##
        ),
        Group(
            schema: ##"""
                {"const":{"a":[false,0]}}
                """##,
            valid: ##"""
                {"a":[false,0]}
                {"a":[false,0.0]}
                """##,
            invalid: ##"""
                {"a":[0,false]}
                {"a":[false,0],"b":1}
                """##
        ),
        Group(
            schema: ##"""
                {"const":"\u00e9"}
                """##,
            valid: ##"""
                "\u00e9"
                "\u00e9"
                """##,
            invalid: ""
        ),
        Group(
            schema: ##"""
                true
                """##,
            valid: ##"""
                1
                null
                """##,
            invalid: ""
        ),
        Group(
            schema: ##"""
                false
                """##,
            valid: "",
            invalid: ##"""
                1
                null
                """##
        ),
    ]
}
