extension JudgedSchemas {
    /// Of `format`.
    static let formats: [Group] = [
        Group(
            schema: ##"""
                {"format":"hostname"}
                """##,
            valid: ##"""
                "a.example.com"
                "localhost"
                "xn--bcher-kva.example"
                "A1.B2"
                5
                """##,
            invalid: ##"""
                "a b"
                "-a.b"
                "a-.b"
                "a..b"
                """##
        ),
        Group(
            schema: ##"""
                {"format":"uri"}
                """##,
            valid: ##"""
                "https://x.y/z"
                "mailto:a@b.c"
                "urn:isbn:0451450523"
                "http://[::1]:80/a?b=c#d"
                "ftp://u:p@h:21/"
                """##,
            invalid: ##"""
                "not a uri"
                "/path"
                "http://a b"
                "http://x/%zz"
                "http://[::g]/"
                "https://\u00e9.com"
                """##
        ),
        Group(
            schema: ##"""
                {"format":"uuid"}
                """##,
            valid: ##"""
                "123e4567-e89b-12d3-a456-426614174000"
                "123E4567-E89B-12D3-A456-426614174000"
                """##,
            invalid: ##"""
                "123"
                "123e4567e89b12d3a456426614174000"
                "g23e4567-e89b-12d3-a456-426614174000"
                "123e4567-e89b-12d3-a456-42661417400"
                """##
        ),
        Group(
            schema: ##"""
                {"format":"email"}
                """##,
            valid: ##"""
                "a@b.co"
                1
                """##,
            invalid: ##"""
                "ab.co"
                """##
        ),
        Group(
            schema: ##"""
                {"format":"date-time"}
                """##,
            valid: ##"""
                "2025-01-15T09:00:00Z"
                "2025-01-15t09:00:00.123z"
                "2025-01-15T09:00:00+05:30"
                "2024-02-29T00:00:00Z"
                """##,
            invalid: ##"""
                "2025-13-01"
                "2025-02-29T00:00:00Z"
                "2025-01-15T24:00:00Z"
                "2025-01-15T09:00:00"
                "2025-01-15 09:00:00Z"
                "2025-01-15T09:00:00.Z"
                "2025-04-31T00:00:00Z"
                "2025-01-15T09:00Z"
                """##
        ),
    ]
}
