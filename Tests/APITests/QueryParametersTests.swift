import Commands
import Testing

@testable import API

@Suite struct QueryParametersTests {
    private let known: Set<String> = ["a", "b", "dryRun", "ä"]

    private func read(_ query: String?) throws(CommandError) -> QueryParameters {
        try QueryParameters(query, known: known)
    }

    @Test func `reads names and values`() throws {
        let query = try read("a=1&b=x%20y+z%2B&%C3%A4=%E2%82%AC")
        #expect(query["a"] == "1")
        #expect(query["b"] == "x y z+")
        #expect(query["ä"] == "€")
        #expect(query["c"] == nil)
    }

    @Test(arguments: [nil, "", "&", "a", "a=", "a=b=c"])
    func `an empty value is a value, and equals signs belong to it`(_ query: String?) throws {
        let expected: [String?: String] = ["a": "", "a=": "", "a=b=c": "b=c"]
        #expect(try read(query)["a"] == expected[query])
    }

    @Test(arguments: [
        ("c=1", "UNKNOWN_PARAMETER"), ("A=1", "UNKNOWN_PARAMETER"),
        ("dryrun=true", "UNKNOWN_PARAMETER"),
        ("=1", "UNKNOWN_PARAMETER"), ("a=1&a=1", "INVALID_PARAMETER"),
        ("a=1&%61=2", "INVALID_PARAMETER"),
        ("a=%", "INVALID_PARAMETER"), ("a=%4", "INVALID_PARAMETER"), ("a=%FF", "INVALID_PARAMETER"),
        ("%ZZ=1", "INVALID_PARAMETER"),
    ])
    func `refuses what is unknown, double or not well encoded`(_ query: String, _ code: String) {
        let error = #expect(throws: CommandError.self) { try read(query) }
        #expect(error?.code == code)
        #expect(error?.kind == .malformed)
    }

    @Test func `takes so many parameters and no more`() throws {
        let names = (0...QueryParameters.countMax).map { "p\($0)" }
        let known = Set(names)
        func read(_ count: Int) throws(CommandError) -> QueryParameters {
            let query = names.prefix(count).map { "\($0)=1" }.joined(separator: "&")
            return try QueryParameters(query, known: known)
        }
        #expect(try read(QueryParameters.countMax)["p0"] == "1")
        #expect(throws: CommandError.self) { try read(QueryParameters.countMax + 1) }
    }

    @Test(arguments: [("dryRun=true", true), ("dryRun=false", false), ("a=1", false)])
    func `a truth value is true or false`(_ query: String, _ expected: Bool) throws {
        #expect(try read(query).bool("dryRun") == expected)
    }

    @Test(arguments: [
        "dryRun=maybe", "dryRun=", "dryRun", "dryRun=1", "dryRun=True", "dryRun=true%20",
    ])
    func `another truth value is refused: what was meant to be dry must not be done`(
        _ query: String
    ) throws {
        let query = try read(query)
        #expect(throws: CommandError.self) { try query.bool("dryRun") }
    }
}
