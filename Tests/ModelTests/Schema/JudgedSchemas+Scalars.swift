extension JudgedSchemas {
    /// Of text and numbers.
    static let scalars: [Group] = [
        Group(
            schema: ##"""
                {"pattern":"^[a-z]+$"}
                """##,
            valid: ##"""
                "abc"
                5
                null
                """##,
            invalid: ##"""
                "aBc"
                ""
                """##
        ),
        Group(
            schema: ##"""
                {"pattern":"b.d"}
                """##,
            valid: ##"""
                "abcd"
                "xb\ud83d\ude00dx"
                """##,
            invalid: ##"""
                "bd"
                "b\nd"
                """##
        ),
        Group(
            schema: ##"""
                {"pattern":"^(foo|ba[rz]){2,3}$"}
                """##,
            valid: ##"""
                "foobar"
                "barbazfoo"
                """##,
            invalid: ##"""
                "foo"
                "foofoofoofoo"
                "fooba"
                """##
        ),
        Group(
            schema: ##"""
                {"pattern":"^\\w+@\\w+\\.com$"}
                """##,
            valid: ##"""
                "a@b.com"
                """##,
            invalid: ##"""
                "a@b.org"
                "a b@c.com"
                """##
        ),
        Group(
            schema: ##"""
                {"pattern":"^(?:sk|rk)_(?:test|live)_[0-9A-Za-z]{4,8}$"}
                """##,
            valid: ##"""
                "sk_test_abcd"
                "rk_live_abcdefgh"
                """##,
            invalid: ##"""
                "sk_test_abc"
                "pk_test_abcd"
                "rk_live_abcdefghi"
                """##
        ),
        Group(
            schema: ##"""
                {"minLength":2,"maxLength":3}
                """##,
            valid: ##"""
                "ab"
                "\ud83d\ude00\ud83d\ude00"
                "\ud83d\ude00\ud83d\ude00\ud83d\ude00"
                "abc"
                "e\u0301e"
                12
                """##,
            invalid: ##"""
                "a"
                "abcd"
                """##
        ),
        Group(
            schema: ##"""
                {"minimum":1,"exclusiveMaximum":10}
                """##,
            valid: ##"""
                1
                9.999
                "x"
                9
                """##,
            invalid: ##"""
                0.999
                10
                -5
                10.0
                """##
        ),
        Group(
            schema: ##"""
                {"exclusiveMinimum":0.5,"maximum":2.5}
                """##,
            valid: ##"""
                0.51
                2.5
                """##,
            invalid: ##"""
                0.5
                2.51
                """##
        ),
        Group(
            schema: ##"""
                {"minimum":9007199254740993}
                """##,
            valid: ##"""
                9007199254740993
                """##,
            invalid: ##"""
                9007199254740992
                """##
        ),
    ]
}
