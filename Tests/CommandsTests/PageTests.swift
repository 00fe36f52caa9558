import JSON
import Model
import Testing

@testable import Commands

@Suite struct PageTests {
    @Test(arguments: ["1", "50", "500"])
    func `takes a limit within the bound`(_ limit: String) throws {
        #expect(try PageRequest(limit: limit, cursor: nil).limit == Int(limit))
    }

    @Test(arguments: ["0", "501", "-1", "", " 1", "+1", "1.0", "1e2", "٣", "99999999999999999999"])
    func `refuses a limit beyond the bound or that is no number`(_ limit: String) {
        #expect(throws: CommandError.self) { try PageRequest(limit: limit, cursor: nil) }
    }

    @Test(arguments: [
        "a", "conn_stripe_acme_prod", "ä€😀", "a b\n", String(repeating: "k", count: 256),
    ])
    func `a cursor leads behind the key that it was made of`(_ key: String) throws {
        let cursor = PageRequest.cursor(after: key)
        #expect(try PageRequest(limit: nil, cursor: cursor).after == key)
        #expect(
            cursor.utf8.allSatisfy { byte in
                UInt8(ascii: "!")...UInt8(ascii: "~") ~= byte && byte != UInt8(ascii: "&")
            }
        )
    }

    @Test func `a cursor that was changed anywhere is refused`() throws {
        let cursor = Array(PageRequest.cursor(after: "conn_stripe_acme_prod").utf8)
        for position in cursor.indices {
            var forged = cursor
            forged[position] = forged[position] == UInt8(ascii: "A") ? 0x42 : 0x41
            expectRefused(String(decoding: forged, as: UTF8.self))
        }
        for length in 0..<cursor.count {
            expectRefused(String(decoding: cursor.prefix(length), as: UTF8.self))
        }
    }

    @Test(arguments: ["", "A", "AAAA", "!!!!", "c29tZXRoaW5n", "AAAAAA==", "ä", "//////"])
    func `a cursor that no list gave is refused`(_ cursor: String) { expectRefused(cursor) }

    @Test func `a cursor over the limit is refused`() {
        expectRefused(String(repeating: "A", count: PageRequest.cursorByteCountMax + 1))
    }

    private func expectRefused(_ cursor: String) {
        #expect(throws: CommandError.self) { try PageRequest(limit: nil, cursor: cursor) }
    }

    @Test(arguments: 1...8)
    func `pages of any size list everything once, in order`(_ limit: Int) throws {
        let keys = ["a", "b", "c", "d", "e", "f", "g"]
        var seen: [String] = []
        var cursor: String?
        repeat {
            let request = try PageRequest(limit: "\(limit)", cursor: cursor)
            let page = Page.of(keys, request, key: { $0 }, json: { .string($0) })
            #expect(page.items.count <= limit)
            seen += page.items.compactMap(\.string)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen == keys)
    }

    @Test func `what stays is listed once while other things come and go`() throws {
        let first = try PageRequest(limit: "2", cursor: nil)
        let start = Page.of(["b", "d", "f"], first, key: { $0 }, json: { .string($0) })
        let rest = try PageRequest(limit: "10", cursor: start.nextCursor)
        // "d", where the page ended, is gone, and "a" and "e" are new.
        let end = Page.of(["a", "b", "e", "f"], rest, key: { $0 }, json: { .string($0) })
        #expect(start.items == ["b", "d"])
        #expect(end.items == ["e", "f"])
    }

    @Test func `versions are listed integers first, then SemVer by precedence`() {
        let texts = [
            "2", "10", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.2", "1.0.0-alpha.10",
            "1.0.0-alpha.beta", "1.0.0-alpha-x", "1.0.0-beta", "1.0.0", "1.0.0+build", "1.9.0",
            "1.10.0", "18446744073709551615.0.0",
        ]
        let versions = texts.compactMap(ObjectVersion.init(pathSegment:))
        #expect(versions.count == texts.count)
        let keys = versions.map { VersionKey.text("payments", $0) }
        #expect(keys == keys.sorted())
        #expect(Set(keys).count == keys.count)
        #expect(versions == versions.sorted())
    }
}
