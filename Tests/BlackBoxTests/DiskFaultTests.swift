import Glibc
import JSON
import Synchronization
import Testing
import Waiting

/// What the server does on a disk that fails: nothing is acknowledged that could be lost, and reads go
/// on (docs/ledger.md).
@Suite struct DiskFaultTests {
    private static let policy: JSONValue = ["effect": "forbid"]

    /// The status of an answer that is waited for.
    private final class Status: Sendable {
        let value = Mutex<Int?>(nil)
    }

    private func put(_ server: BinderyServer, _ id: String) async throws -> WireAnswer {
        try await server.send("PUT", "/v1/policies/\(id)", Self.policy)
    }

    private func rules(_ server: BinderyServer) async throws -> [String] {
        let list = try await server.must("GET", "/v1/policies?limit=500")
        return (list.json["items"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    @Test(arguments: [
        ("write", EIO, "Input/output error"), ("write", ENOSPC, "No space left on device"),
        ("write", EROFS, "Read-only file system"), ("write", EDQUOT, "Disk quota exceeded"),
        ("sync", EIO, "Input/output error"), ("sync", ENOSPC, "No space left on device"),
    ])
    func `after a failed write or sync nothing is acknowledged until a restart`(
        _ call: String,
        _ number: Int32,
        _ words: String
    ) async throws {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/")
        try await server.start()
        #expect(try await put(server, "before").status == 201)
        try shim.set("\(call) \(number)")
        let refused = try await put(server, "failed")
        #expect(refused.status == 503 && refused.code == "STORE_READ_ONLY", "\(refused)")
        // The disk is well again, but nobody knows what it has kept.
        try shim.set("")
        #expect(try await put(server, "after").code == "STORE_READ_ONLY")
        let ready = try await server.send("GET", "/readyz", key: nil)
        #expect(ready.status == 503 && ready.code == "NOT_READY", "\(ready)")
        #expect(ready.json["detail"]?.string?.contains("read-only") == true)
        #expect(try await rules(server) == ["before"])
        try await Wait.until("the operator is told") {
            server.log.contains("ledger.readOnly") && server.log.contains(words)
        }
        #expect(try await server.restart() == .exit(0))
        let kept = try await rules(server)
        #expect(kept == ["before"] || kept == ["before", "failed"])
        #expect(try await put(server, "after").status == 201)
    }

    @Test func `a killed server shows a write whose sync failed whole, or not at all`() async throws
    {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/")
        try await server.start()
        #expect(try await put(server, "before").status == 201)
        try shim.set("sync \(EIO)")
        #expect(try await put(server, "failed").status == 503)
        try await server.end(SIGKILL)
        // A sync that still fails is not taken for one that is done.
        let refused = try server.launch()
        #expect(try await refused.ending() == .exit(1))
        #expect(refused.errors.contains("Input/output error"), "\(refused.errors)")
        try shim.set("")
        try await server.start()
        #expect(try await rules(server).contains("before"))
    }

    @Test(arguments: [("open", EMFILE), ("rename", EIO), ("sync", EIO), ("write", ENOSPC)])
    func `a segment that can't be made is no acknowledgement`(
        _ call: String,
        _ number: Int32
    ) async throws {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/ledger-")
        try await server.start()
        try shim.set("\(call) \(number)")
        #expect(try await put(server, "first").code == "STORE_READ_ONLY")
        #expect(try await rules(server).isEmpty)
        try shim.set("")
        #expect(try await server.restart() == .exit(0))
        #expect(try await rules(server).isEmpty)
        #expect(try await put(server, "first").status == 201)
    }

    @Test(arguments: [EMFILE, EROFS, EIO, EACCES])
    func `a start that can't open the folder says so in one line`(_ number: Int32) async throws {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/")
        try shim.set("open \(number)")
        let process = try server.launch()
        #expect(try await process.ending() == .exit(1))
        #expect(process.errors.split(separator: "\n").count == 1, "\(process.errors)")
        #expect(process.errors.hasPrefix("bindery: the ledger can't be opened: "))
        try shim.set("")
        try await server.start()
    }

    private func kept(_ server: BinderyServer) -> [String] {
        server.folder.files().filter { $0.contains("/data/") }.sorted()
    }

    @Test(arguments: ["/data/ledger/ledger-", "/data/ledger/snapshot-"])
    func `a start that can't read what it has refuses, and mends nothing`(
        _ files: String
    ) async throws {
        let (server, shim) = try FaultShim.server(
            files: files,
            flags: ["--ledger-snapshot-every", "1"]
        )
        try await server.start()
        #expect(try await put(server, "one").status == 201)
        #expect(try await put(server, "two").status == 201)
        try await waitForSnapshot(server, failed: false)
        try await server.end(SIGTERM)
        let before = kept(server)
        try shim.set("read \(EIO)")
        let process = try server.launch()
        #expect(try await process.ending() == .exit(1))
        #expect(process.errors.hasPrefix("bindery: the ledger can't be opened: "))
        #expect(process.errors.contains("Input/output error"), "\(process.errors)")
        // A medium that can't be read just now is no torn end: nothing was cut off or set aside.
        #expect(kept(server) == before)
        try shim.set("")
        try await server.start()
        #expect(try await rules(server) == ["one", "two"])
    }

    @Test func `a past that can't be read is told, and the present is served`() async throws {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/")
        try await server.start()
        #expect(try await put(server, "one").status == 201)
        #expect(try await server.restart() == .exit(0))
        let events = "/v1/events?from=1"
        try shim.set("read \(EIO)")
        let refused = try await server.send("GET", events)
        #expect(refused.status == 503 && refused.code == "HISTORY_UNAVAILABLE", "\(refused)")
        #expect(try await rules(server) == ["one"])
        #expect(try await put(server, "two").status == 201)
        #expect(try await server.send("GET", "/readyz", key: nil).status == 200)
    }

    @Test func `while a sync takes its time, reads go on and writes wait`() async throws {
        let (server, shim) = try FaultShim.server(files: "/data/ledger/")
        try await server.start()
        #expect(try await put(server, "before").status == 201)
        try shim.set("sync 0 -1")
        let slow = Status()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let answer = try await put(server, "slow")
                slow.value.withLock { $0 = answer.status }
            }
            for _ in 0..<50 { #expect(try await rules(server) == ["before"]) }
            #expect(try await server.send("GET", "/readyz", key: nil).status == 200)
            // It waits as long as the sync does, and is not acknowledged before.
            let early = slow.value.withLock { $0 }
            #expect(early == nil)
            try shim.set("")
            try await group.waitForAll()
        }
        let late = slow.value.withLock { $0 }
        #expect(late == 201)
        #expect(try await rules(server) == ["before", "slow"])
    }

    @Test(arguments: [
        "open \(EMFILE)", "write \(ENOSPC)", "write \(EIO)", "sync \(EIO)", "rename \(EIO)",
    ])
    func `a snapshot that fails harms no write, and is told`(_ rule: String) async throws {
        let (server, shim) = try FaultShim.server(
            files: "/data/ledger/snapshot-",
            flags: ["--ledger-snapshot-every", "1"]
        )
        try await server.start()
        try shim.set(rule)
        #expect(try await put(server, "one").status == 201)
        try await waitForSnapshot(server, failed: true)
        #expect(try await server.send("GET", "/readyz", key: nil).status == 200)
        try shim.set("")
        #expect(try await put(server, "two").status == 201)
        try await waitForSnapshot(server, failed: false)
        try await server.end(SIGKILL)
        try await server.start()
        #expect(try await rules(server) == ["one", "two"])
        // The start has told the ledger that the last change has its record, which is an entry, and so
        // a snapshot that may be under way.
        try await Wait.until("no draft of a snapshot is left") {
            !server.folder.files().contains { $0.hasSuffix(".tmp") }
        }
    }

    private func waitForSnapshot(_ server: BinderyServer, failed: Bool) async throws {
        let line = "bindery_ledger_snapshot_failed \(failed ? 1 : 0)"
        for _ in 0..<2000 {
            if try await server.must("GET", "/metrics").text.contains(line) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Missing(what: line)
    }

    @Test func `a clock that jumps changes no order and loses nothing`() async throws {
        let (server, shim) = try FaultShim.server(files: "/data/")
        try await server.start()
        let (years, second) = (10 * 365 * 86_400_000, 1000)
        var revisions: [Int] = []
        for (index, offset) in [0, years, -years, second, -second].enumerated() {
            try shim.set("clock 0 \(offset)")
            let answer = try await put(server, "rule-\(index)")
            #expect(answer.status == 201, "\(answer)")
            revisions.append(answer["bindery-revision"].flatMap { Int($0) } ?? 0)
        }
        #expect(revisions == Array(1...5))
        try await server.end(SIGKILL)
        try await server.start()
        #expect(try await rules(server).count == 5)
        let chain = try await server.must("GET", "/v1/audit/verify")
        #expect(chain.json["valid"] == true, "\(chain)")
    }
}
