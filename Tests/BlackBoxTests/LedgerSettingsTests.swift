import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// `ledger.snapshotEvery` and `ledger.retention` do what they say.
@Suite struct LedgerSettingsTests {
    private func snapshots(_ server: BinderyServer) -> [Int] {
        server.folder.files()
            .compactMap { path in
                let name = URL(filePath: path).lastPathComponent
                return name.wholeMatch(of: /snapshot-(\d+)\.ndjson/).flatMap { Int($0.output.1) }
            }
            .sorted()
    }

    @Test(arguments: [1, 3])
    func `so many snapshots are kept, one for so many entries`(_ retention: Int) async throws {
        let server = try await BinderyServer.started(
            flags: ["--ledger-snapshot-every", "5", "--ledger-retention", "\(retention)"]
        )
        // One after the other, each with its snapshot: a snapshot takes whatever is there by then.
        for round in 1...5 {
            for number in 1...5 {
                let path = "/v1/policies/rule-\(round)-\(number)"
                try await server.must("PUT", path, ["effect": "forbid"])
            }
            try await Wait.until("a snapshot of round \(round)") {
                let found = snapshots(server)
                return found.last ?? 0 >= round * 5 && found.count == min(round, retention)
            }
        }
        // What is kept is enough for a start.
        try await server.end(SIGKILL)
        try await server.start()
        let list = try await server.must("GET", "/v1/policies?limit=500")
        #expect(list.json["items"]?.array?.count == 25)
    }

    @Test func `without enough entries there is no snapshot until the stop`() async throws {
        let server = try await BinderyServer.started(flags: ["--ledger-snapshot-every", "100"])
        for number in 1...20 {
            try await server.must("PUT", "/v1/policies/rule-\(number)", ["effect": "forbid"])
        }
        #expect(snapshots(server).isEmpty)
        #expect(try await server.end(SIGTERM) == .exit(0))
        #expect(snapshots(server).count == 1)
    }
}
