import Commands
import HTTPWire
import Testing

@testable import API

@Suite struct RequestConditionsTests {
    private func read(_ name: String, _ value: String) throws -> Precondition {
        try RequestConditions.read(HTTPRequest(.get, "/", headers: [HTTPField(name, value)]))
    }

    @Test(
        arguments: [
            ("*", .any), (" * ", .any), ("\"7\"", .of(["7"])), ("\"7\", \"8\"", .of(["7", "8"])),
            (",\"7\",,", .of(["7"])), ("", .of([])), ("\"\"", .of([""])),
        ] as [(String, Precondition.Tags)]
    )
    func `reads a star or a list of tags`(_ value: String, _ tags: Precondition.Tags) throws {
        #expect(try read("If-Match", value).ifMatch == tags)
        #expect(try read("If-None-Match", value).ifNoneMatch == tags)
    }

    @Test func `a weak tag matches for reading, and never for writing`() throws {
        #expect(try read("If-None-Match", "W/\"7\"").ifNoneMatch == .of(["7"]))
        #expect(try read("If-Match", "W/\"7\"").ifMatch == .of([]))
    }

    @Test(arguments: ["7", "\"7", "7\"", "\"", "w/\"7\"", "*, \"7\"", "\"7\" \"8\" x"])
    func `refuses what is no list of tags`(_ value: String) {
        for name in ["If-Match", "If-None-Match"] {
            let error = #expect(throws: CommandError.self) { try read(name, value) }
            #expect(error?.code == "INVALID_PARAMETER")
        }
    }

    @Test func `takes so many tags and no more`() throws {
        func list(_ count: Int) -> String {
            (0..<count).map { "\"\($0)\"" }.joined(separator: ",")
        }
        let limit = RequestConditions.tagCountMax
        #expect(throws: Never.self) { try read("If-Match", list(limit)) }
        #expect(throws: CommandError.self) { try read("If-Match", list(limit + 1)) }
    }
}
