import JSON
import Model
import Testing

@Suite struct EntityTests {
    @Test(arguments: [
        ("user", "alice", true), ("user", "alice@example.com", true), ("user", "a:b+c=~_-", true),
        ("user", String(repeating: "a", count: 256), true),
        ("user", String(repeating: "a", count: 257), false), ("user", "", false),
        ("", "alice", false), ("user", ".", false), ("user", "..", false),
        ("user", "@alice", false),
        ("user", "a/b", false), ("user", "a b", false), ("user", "a\u{0}", false),
        ("user", "ä", false), ("us er", "alice", false), ("user", "a%2Fb", false),
        (String(repeating: "t", count: 128), "a", true),
        (String(repeating: "t", count: 129), "a", false),
    ])
    func `a key has a type and an id of their alphabets`(
        _ type: String,
        _ id: String,
        _ isGood: Bool
    ) {
        #expect((EntityKey(type: type, id: id) != nil) == isGood)
    }

    private func issues(_ body: JSONValue) throws -> [Model.Issue] {
        let key = try #require(EntityKey(type: "user", id: "alice"))
        do {
            _ = try Entity(body, key: key)
            return []
        } catch {
            return error.issues
        }
    }

    @Test func `attributes are free but for type and id, and bounded`() throws {
        #expect(try issues(["attributes": ["role": "admin", "deep": ["a": [1, nil]]]]).isEmpty)
        #expect(try issues([:]).isEmpty)
        #expect(try issues(["type": "user", "id": "alice"]).isEmpty)
        #expect(try issues(["id": "bob"]).map(\.code) == [.pathMismatch])
        #expect(try issues(["type": 1]).map(\.code) == [.pathMismatch])
        #expect(try issues(["attributes": []]).map(\.pointer) == ["/attributes"])
        #expect(try issues(["atributes": [:]]).map(\.code) == [.unknownField])
        #expect(try issues(["attributes": ["id": "x"]]).map(\.pointer) == ["/attributes/id"])
        #expect(try issues(["attributes": ["type": "x"]]).map(\.pointer) == ["/attributes/type"])
        let overhead = #"{"a":""}"#.utf8.count
        for (count, isGood) in [(Entity.attributeByteCountMax, true), (16385, false)] {
            let text = String(repeating: "x", count: count - overhead)
            #expect(try issues(["attributes": ["a": .string(text)]]).isEmpty == isGood)
        }
    }

    @Test(arguments: ["workflow", "connection", "capability", "slot"])
    func `what configs have is no entity, named in the path or in the body`(
        _ type: String
    ) throws {
        let key = try #require(EntityKey(type: type, id: "a"))
        let body: JSONValue = ["type": .string(type), "id": "a"]
        for path in [key, nil] {
            let issues = IssueList()
            _ = Entity(reading: body, key: path, issues: issues)
            #expect(issues.issues.map(\.pointer) == ["/type"])
            #expect(issues.issues.map(\.code) == [.invalidValue])
        }
    }
}
