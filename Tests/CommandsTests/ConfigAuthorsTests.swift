import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct ConfigAuthorsTests {
    /// A line with one version that does not say who wrote it, as in a ledger of before.
    private func bench() async throws -> (bench: CommandBench, version: ConfigVersion) {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await bench.draft()
        var version = try bench.line().version(number, bench.state).value
        #expect(version.authors?.principals == ["bootstrap"])
        version.authors = nil
        return (bench, version)
    }

    @Test func `a version that keeps no authors has the makers of the line's history`() async throws
    {
        let (bench, version) = try await bench()
        let line = try bench.line()
        #expect(ConfigAuthors.of(version, on: line, bench.state).principals == ["bootstrap"])
        #expect(ConfigAuthors.of(version, on: line, State()).principals == [])
    }

    @Test func `where nothing tells who wrote a content nobody's yes counts`() async throws {
        let (bench, version) = try await bench()
        let line = try bench.line()
        let party = try bench.admin.party
        let request = ChangeRequest(
            id: try #require(ChangeRequestID("cr_one")),
            tenant: line.scope.tenant,
            line: line.line,
            version: version.number,
            title: "one",
            description: nil,
            publishAt: nil,
            author: party
        )
        try KnownEyes(request, line.scope, bench.state).check(party)
        #expect {
            try KnownEyes(request, line.scope, State()).check(party)
        } throws: {
            ($0 as? CommandError)?.code == "PRINCIPAL_UNKNOWN"
        }
    }

    @Test func `an edit keeps the makers of before beside whoever edits`() async throws {
        let (bench, version) = try await bench()
        let key = try await bench.key(["roles": ["tenant-admin"], "environments": ["*"]])
        let caller = try bench.caller(key)
        let authors = try ConfigAuthors.changed(
            version,
            on: try bench.line(),
            bench.state,
            by: caller
        )
        #expect(authors.principals == ["bootstrap", caller.credential.principal])
    }
}
