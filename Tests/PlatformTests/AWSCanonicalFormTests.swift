import Testing

@testable import Platform

@Suite struct AWSCanonicalFormTests {
    @Test(arguments: [
        ("/a b", "/a%20b", "/a%2520b"), ("/a%20b", "/a%20b", "/a%2520b"),
        ("/a//b/", "/a//b/", "/a/b/"), ("", "/", "/"), ("//", "//", "/"),
        ("/a%2fb", "/a%2Fb", "/a%252Fb"), ("/\u{e9}", "/%C3%A9", "/%25C3%25A9"),
        ("/!$&'()*+,;=:@", "/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40", nil),
        ("/%7e%41", "/~A", "/~A"), ("/100%", "/100%25", "/100%2525"), ("/%4", "/%254", nil),
    ])
    func `a path is encoded once for S3 and twice for others`(
        _ path: String,
        _ once: String,
        _ twice: String?
    ) {
        #expect(AWSCanonicalForm(of: "s3").path(path) == once)
        if let twice { #expect(AWSCanonicalForm(of: "ses").path(path) == twice) }
    }

    @Test(arguments: [
        ("", ""), ("b=2&a=1", "a=1&b=2"), ("a=2&a=1&a", "a=&a=1&a=2"), ("acl", "acl="),
        ("a=b=c", "a=b%3Dc"), ("a+b=c+d", "a%20b=c%20d"), ("a=%2b", "a=%2B"),
        ("&&a=1&", "a=1"), ("=1", "=1"), ("A=1&a=2&a-b=3", "A=1&a=2&a-b=3"),
        ("k=a/b&k=a~b", "k=a%2Fb&k=a~b"),
    ])
    func `a query is sorted by its bytes and each parameter has a value`(
        _ query: String,
        _ canonical: String
    ) {
        #expect(AWSCanonicalForm(of: "s3").query(query) == canonical)
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example/"),
        ("https://a.example?x", "https://a.example/?x="),
        ("http://[::1]:80/a!b/%2f?z=1&a=b c", "http://[::1]:80/a%21b/%2F?z=1&a=b%20c"),
        ("https://a.example/?", "https://a.example/"),
    ])
    func `a URL is spelt in the one way, its parameters in the order they had`(
        _ url: String,
        _ spelt: String
    ) {
        #expect(AWSCanonicalForm.url(url) == spelt)
        #expect(AWSCanonicalForm.url(spelt) == spelt)
    }
}
