import Ledger
import Model
import Platform
import Secrets
import Testing

@testable import Commands

/// Secrets sealed in the ledger: compare-and-set, and what a restart finds.
@Suite struct LedgerSecretsTests {
    private let tenant: TenantID
    private let name: SecretName

    init() throws {
        tenant = try #require(TenantID("acme"))
        name = try #require(SecretName("oauth"))
    }

    private static func store(_ ledger: Ledger) throws -> LocalSecretStore {
        let keys = SecretsConfiguration.Local.keyFile(try SecretKeyFile.path())
        return try LocalSecretStore(keys, source: LedgerSecrets(ledger))
    }

    private func put(
        _ store: LocalSecretStore,
        _ text: String,
        _ expecting: SecretExpectation
    ) async throws -> UInt64 {
        try await store.put(
            SecretBytes(Array(text.utf8)),
            name,
            of: tenant,
            expecting: expecting
        )
    }

    @Test func `of those who write at once over one version, one wins`() async throws {
        let store = try Self.store(try Ledger(journal: MemoryJournal()))
        let first = try await put(store, "t0", .nothing)
        let outcomes = await withTaskGroup(of: Result<UInt64, any Error>.self) { group in
            for number in 1...50 {
                group.addTask {
                    do {
                        return .success(try await put(store, "t\(number)", .version(first)))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var versions: [UInt64] = []
        for outcome in outcomes {
            switch outcome {
            case .success(let version): versions.append(version)
            case .failure(let error): #expect((error as? SecretWriteError)?.code == .conflict)
            }
        }
        #expect(versions.count == 1)
        #expect(try await store.value(name, of: tenant)?.version == versions.first)
    }

    @Test func `a version never comes again, also when its name was removed`() async throws {
        let store = try Self.store(try Ledger(journal: MemoryJournal()))
        let first = try await put(store, "a", .nothing)
        try await store.remove(name, of: tenant, expecting: .version(first))
        let second = try await put(store, "b", .nothing)
        #expect(second > first)
        let late = await #expect(throws: SecretWriteError.self) {
            try await put(store, "c", .version(first))
        }
        #expect(late?.code == .conflict)
        let gone = await #expect(throws: SecretWriteError.self) {
            try await store.remove(name, of: tenant, expecting: .version(first))
        }
        #expect(gone?.code == .conflict)
    }

    @Test func `the log and a snapshot give the same secret, sealed`() async throws {
        let storage = MemoryJournal.Storage()
        var ledger = try Ledger(journal: MemoryJournal(storage: storage))
        let store = try Self.store(ledger)
        let version = try await put(store, "hunter2-hunter2", .nothing)
        for isSaved in [false, true] {
            if isSaved {
                #expect(await ledger.saveSnapshot())
            }
            await ledger.close()
            ledger = try Ledger(journal: MemoryJournal(storage: storage))
            let value = try await Self.store(ledger).value(name, of: tenant)
            #expect(value?.version == version)
            #expect(value?.value.withText { $0 } == "hunter2-hunter2")
        }
        ledger.state.forEachSnapshotLine { line in
            #expect(!String(decoding: line, as: UTF8.self).contains("hunter2"))
        }
    }

    @Test func `a past state has no secrets`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        _ = try await put(try Self.store(ledger), "v", .nothing)
        #expect(ledger.state.revision == 0)
        #expect(ledger.state.tenant(tenant).secrets.count == 1)
    }
}
