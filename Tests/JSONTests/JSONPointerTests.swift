import JSON
import Testing

@Suite struct JSONPointerTests {
    /// The example of RFC 6901 section 5, and what it leaves out.
    static let document = """
        {"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6,
        " ":7,"m~n":8,"/\\u0301":9,"~\\u0301":10,"0":11,"n":{"x":[{"y":12}]}}
        """

    static let found: [(String, JSONValue)] = [
        ("/foo/0", "bar"), ("/foo/1", "baz"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
        ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8), ("/~1\u{301}", 9),
        ("/~0\u{301}", 10), ("/0", 11), ("/n/x/0/y", 12),
    ]

    @Test(arguments: found)
    func `finds a value`(_ text: String, _ expected: JSONValue) throws {
        let pointer = try #require(JSONPointer(text))
        let document = try JSONValue(parsing: Self.document)
        #expect(document.at(pointer) == expected)
        #expect(document.at(.root) == document)
        #expect(pointer.text == text)
    }

    @Test(arguments: [
        "/none", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/", "/foo/0/x", "/n/x/0/y/z",
        "/foo/99999999999999999999", "/foo/0x0",
    ])
    func `finds nothing where there is nothing`(_ text: String) throws {
        let pointer = try #require(JSONPointer(text))
        #expect(try JSONValue(parsing: Self.document).at(pointer) == nil)
    }

    @Test(arguments: ["a", "#", "#/a", "a/b", "/~", "/~2", "/a~/b", "/~~0", " /a"])
    func `refuses what is no pointer`(_ text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test func `steps are escaped, and equal by their text`() {
        let pointer = JSONPointer.root.appending("a/~b").appending(3)
        #expect(pointer.text == "/a~1~0b/3")
        #expect(pointer.tokens == ["a/~b", "3"])
        #expect(JSONPointer("/a~1~0b/3") == pointer)
        #expect(JSONPointer("/a~1~0b/3")?.hashValue == pointer.hashValue)
        #expect(pointer != .root)
    }
}
