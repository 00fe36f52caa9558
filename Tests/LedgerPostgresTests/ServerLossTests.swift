#if PostgreSQL
import Foundation
import Ledger
import LedgerPostgres
import Synchronization
import Testing
import Waiting

/// The server goes away, comes back, or another takes its place.
@Suite(.serialized, .needsDatabase) struct ServerLossTests {
    /// Appends one payload after another until it is told to stop, and says which were acknowledged.
    private static func appendMany(_ journal: PostgresJournal, count: Int) async throws -> [String]
    {
        var told: [String] = []
        for number in 0..<count {
            try await journal.append("\(number)", after: told.count)
            told.append("\(number)")
        }
        return told
    }

    @Test func `a server that is killed in the middle of writes, and comes back, lost nothing`()
        async throws
    {
        let cluster = try TestCluster()
        defer { Self.remove(cluster) }
        let configuration = try TestDatabase.configuration(cluster.url)
        let journal = try Loaded(configuration).journal
        async let told = Self.appendMany(journal, count: 3000)
        for _ in 0..<3 {
            try await Task.sleep(for: .milliseconds(300))
            try cluster.kill()
            try cluster.start()
        }
        let expected = try await told
        await journal.close()
        #expect(try await Loaded.payloads(configuration) == expected)
    }

    @Test func `a promoted synchronous standby has every acknowledged entry`() async throws {
        let primary = try TestCluster()
        defer { Self.remove(primary) }
        let standby = try TestCluster(standbyOf: primary)
        defer { Self.remove(standby) }
        let hosts = "\(primary.place),\(standby.place)"
        let url = primary.url.replacing(primary.place, with: hosts)
        let configuration = try TestDatabase.configuration(url)
        let journal = try Loaded(configuration).journal
        try await Self.waitForSynchronousStandby(of: primary)
        async let told = Self.appendMany(journal, count: 2000)
        try await Task.sleep(for: .milliseconds(700))
        try primary.kill()
        try standby.promote()
        let expected = try await told
        #expect(journal.standing.failure == nil || !journal.standing.isConnected)
        await journal.close()
        let found = try TestDatabase.configuration(standby.url, ledger: configuration.ledger)
        #expect(try await Loaded.payloads(found) == expected)
    }

    private static func waitForSynchronousStandby(of primary: TestCluster) async throws {
        let query = "SELECT 'x'::text FROM pg_stat_replication WHERE sync_state = 'sync'"
        let deadline = Deadline("a synchronous standby")
        while try TestDatabase.run(query, on: primary.url).isEmpty {
            try await deadline.pause(.milliseconds(50))
        }
    }

    @Test func `a standby that had not received everything, promoted, is another log`()
        async throws
    {
        let primary = try TestCluster()
        defer { Self.remove(primary) }
        let standby = try TestCluster(standbyOf: primary)
        defer { Self.remove(standby) }
        let url = primary.url.replacing(primary.place, with: "\(primary.place),\(standby.place)")
        let configuration = try TestDatabase.configuration(url)
        let journal = try Loaded(configuration).journal
        try await journal.append("both", after: 0)
        try await Self.waitForSynchronousStandby(of: primary)
        // Asynchronous from here on, and the standby receives no more.
        try Self.setStandbys("", of: primary)
        try standby.stop()
        try await journal.append("lost", after: 1)
        try primary.kill()
        try standby.start()
        try standby.promote()
        var failures: Set<JournalError.Code> = []
        for _ in 0..<3 {
            if let failure = await journal.failure(of: "next", after: 2) {
                failures.insert(failure)
            }
        }
        #expect(failures == [.diverged])
        do {
            _ = try await journal.records(after: 2)
            Issue.record("records of another log")
        } catch { #expect(error.code == .diverged) }
        do {
            _ = try await journal.takeHead()
            Issue.record("the head of another log")
        } catch { #expect(error.code == .diverged) }
        #expect(journal.standing.failure?.contains("restart this process") == true)
        await journal.close()
        // Who starts now has what the standby has.
        #expect(try await Loaded.payloads(configuration) == ["both"])
    }

    @Test
    func `a commit that an operator breaks off from its wait for a standby is not acknowledged`()
        async throws
    {
        let cluster = try TestCluster()
        defer { Self.remove(cluster) }
        let configuration = try TestDatabase.configuration(cluster.url)
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        try Self.setStandbys("nobody", of: cluster)
        let flag = Flag()
        try await withThrowingTaskGroup { group in
            group.addTask {
                // Also when it throws: the loop below waits for its end.
                defer { flag.isSet.store(true, ordering: .sequentiallyConsistent) }
                try await journal.append("b", after: 1)
            }
            do {
                // Twice: the append itself, and the fence that makes sure of it.
                for _ in 0..<2 { try await Self.breakOff(on: cluster, orUntil: flag) }
            } catch {
                // Else the append never ends, and this group neither.
                try Self.setStandbys("", of: cluster)
                throw error
            }
            try await Task.sleep(for: .milliseconds(300))
            let isAcknowledged = flag.isSet.load(ordering: .sequentiallyConsistent)
            #expect(!isAcknowledged)
            try Self.setStandbys("", of: cluster)
            try await group.waitForAll()
        }
        await journal.close()
        #expect(try await Loaded.payloads(configuration) == ["a", "b"])
    }

    /// Breaks off a commit's wait for a standby.
    private static func breakOff(on cluster: TestCluster, orUntil flag: Flag) async throws {
        let cancel = """
            SELECT pg_cancel_backend(pid)::text FROM (
                SELECT pid FROM pg_stat_activity
                WHERE wait_event = 'SyncRep' AND application_name = 'bindery append' OFFSET 0
            ) AS backends
            """
        try await Wait.until("a commit that waits for a standby") {
            try flag.isSet.load(ordering: .sequentiallyConsistent)
                || !TestDatabase.run(cancel, on: cluster.url).isEmpty
        }
    }

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private static func setStandbys(_ names: String, of cluster: TestCluster) throws {
        try TestDatabase.run(
            "ALTER SYSTEM SET synchronous_standby_names = '\(names)'",
            "SELECT pg_reload_conf()::text",
            on: cluster.url
        )
        let deadline = Deadline("the setting of the standbys")
        while try TestDatabase.run("SHOW synchronous_standby_names", on: cluster.url) != [names] {
            try deadline.check()
        }
    }

    @Test func `a start waits for a database that comes, and not for ever`() async throws {
        let cluster = try TestCluster()
        defer { Self.remove(cluster) }
        var configuration = try TestDatabase.configuration(cluster.url)
        try cluster.stop()
        configuration.startTimeout = .milliseconds(300)
        #expect { try Loaded(configuration) } throws: { error in
            (error as? JournalError)?.code == .unavailable
        }
        configuration.startTimeout = .seconds(60)
        let patient = configuration
        async let loaded = Task.detached { try Loaded(patient) }.value
        try await Task.sleep(for: .milliseconds(300))
        try cluster.start()
        try await loaded.journal.close()
    }

    @Test func `a disk that is full refuses, and takes writes again when there is room`()
        async throws
    {
        let folder = "/tmp/bindery-full-\(UInt64.random(in: 0 ..< .max))"
        guard Self.shell("mkdir \(folder) && mount -t tmpfs -o size=2m,mode=777 tmpfs \(folder)")
        else {
            _ = Self.shell("rmdir \(folder)")
            try Test.cancel("NOT RUN: this user may not mount a small file system")
        }
        let cluster = try TestCluster()
        defer {
            Self.remove(cluster)
            #expect(Self.shell("umount \(folder) && rmdir \(folder)"))
        }
        #expect(Self.shell("mkdir \(folder)/t && chown postgres \(folder)/t"))
        try TestDatabase.run("CREATE TABLESPACE small LOCATION '\(folder)/t'", on: cluster.url)
        let configuration = try TestDatabase.configuration(cluster.url)
        let journal = try Loaded(configuration).journal
        try TestDatabase.run(
            "ALTER TABLE bindery_record SET TABLESPACE small",
            "ALTER TABLE bindery_record ALTER payload SET STORAGE EXTERNAL",
            on: cluster.url
        )
        let large = String(repeating: "x", count: 300_000)
        var count = 0
        var failure: JournalError.Code?
        while failure == nil, count < 100 {
            failure = await journal.failure(of: large, after: count)
            if failure == nil { count += 1 }
        }
        #expect(failure == .full)
        #expect(try await journal.records(after: UInt64(count)).isEmpty)
        #expect(Self.shell("mount -o remount,size=64m \(folder)"))
        try await journal.append("room", after: count)
        await journal.close()
        #expect(try await Loaded.payloads(configuration).count == count + 1)
    }

    private static func shell(_ command: String) -> Bool {
        do {
            return try Spawn(["/bin/sh", "-c", command]).finish() == .exit(0)
        } catch {
            return false
        }
    }

    private static func remove(_ cluster: TestCluster) {
        do { try cluster.remove() } catch { Issue.record(error) }
    }
}
#endif
