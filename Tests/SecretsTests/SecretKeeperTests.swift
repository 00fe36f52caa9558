import Model
import Platform
import Synchronization
import Testing
import Waiting

@testable import Secrets

@Suite struct SecretKeeperTests {
    /// A store whose answers the test controls, to see how often and when it is asked.
    private final class CountingStore: SecretStore {
        private let gate: Gate?
        private let text: @Sendable (Int) -> Result<String, SecretError>
        private let counter = Mutex(0)

        init(
            gate: Gate? = nil,
            _ text: @escaping @Sendable (Int) -> Result<String, SecretError>
        ) {
            self.gate = gate
            self.text = text
        }

        var count: Int { counter.withLock { $0 } }

        func read(
            _ reference: SecretReference,
            for tenant: TenantID
        ) async throws(SecretError) -> SecretBytes {
            let number = counter.withLock { count in
                count += 1
                return count
            }
            await gate?.pass()
            return SecretBytes(Array(try text(number).get().utf8))
        }
    }

    /// Holds who wants to pass until it is opened.
    private actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func pass() async {
            if isOpen { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }

    private final class ManualClock: Sendable {
        private let instant = Mutex(MonotonicInstant(nanoseconds: 1))
        func now() -> MonotonicInstant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    private let clock = ManualClock()
    private let reference: SecretReference
    private let tenant: TenantID

    init() throws {
        tenant = try #require(TenantID("acme"))
        reference = try #require(SecretReference("env://BINDERY_SECRET_X"))
    }

    private func keeper(_ store: CountingStore) -> SecretKeeper {
        SecretKeeper(stores: [.env: store], now: { [clock] in clock.now() })
    }

    private func key(_ keeper: SecretKeeper) async throws -> String? {
        try await keeper.secret(reference, of: tenant, declaredFields: ["apiKey"]).field("apiKey")
    }

    @Test func `a secret is used for its lifetime and then read again`() async throws {
        let store = CountingStore { .success("k\($0)") }
        let keeper = keeper(store)
        #expect(try await key(keeper) == "k1")
        clock.advance(SecretKeeper.lifetime - .nanoseconds(1))
        #expect(try await key(keeper) == "k1")
        clock.advance(.nanoseconds(1))
        #expect(try await key(keeper) == "k2")
        #expect(store.count == 2)
    }

    @Test func `who asks during a read shares it`() async throws {
        let gate = Gate()
        let store = CountingStore(gate: gate) { .success("k\($0)") }
        let keeper = keeper(store)
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { try await key(keeper) } }
            // The gate is opened in any case: those who wait behind it can't be cancelled.
            #expect(await Wait.comes { store.count > 0 })
            await gate.open()
            for try await key in group { #expect(key == "k1") }
        }
        #expect(store.count == 1)
    }

    @Test func `a failure is shared and not remembered`() async throws {
        let failure = SecretError(.unavailable, reference, "is away")
        let store = CountingStore { $0 == 1 ? .failure(failure) : .success("k") }
        let keeper = keeper(store)
        await #expect(throws: failure) { try await key(keeper) }
        #expect(try await key(keeper) == "k")
    }

    @Test func `what is invalidated is read again, also when a read was on its way`() async throws {
        let gate = Gate()
        let store = CountingStore(gate: gate) { .success("k\($0)") }
        let keeper = keeper(store)
        let first = Task { try await key(keeper) }
        try await Wait.until("the read") { store.count > 0 }
        keeper.invalidate(reference)
        let second = Task { try await key(keeper) }
        try await Wait.until("the second read") { store.count > 1 }
        await gate.open()
        #expect(try await first.value == "k1")
        #expect(try await second.value == "k2")
        #expect(try await key(keeper) == "k2")
        keeper.invalidate(reference)
        #expect(try await key(keeper) == "k3")
    }

    @Test func `the fields declared are part of what is remembered`() async throws {
        let keeper = keeper(CountingStore { .success("k\($0)") })
        let first = try await keeper.secret(reference, of: tenant, declaredFields: ["a"])
        let second = try await keeper.secret(reference, of: tenant, declaredFields: ["b"])
        #expect(first.fieldNames == ["a"])
        #expect(second.fieldNames == ["b"])
    }

    @Test func `cancelling one who waits does not end the read of the others`() async throws {
        let gate = Gate()
        let store = CountingStore(gate: gate) { .success("k\($0)") }
        let keeper = keeper(store)
        let first = Task { try await key(keeper) }
        try await Wait.until("the read") { store.count > 0 }
        let second = Task { try await key(keeper) }
        first.cancel()
        await gate.open()
        #expect(try await second.value == "k1")
        #expect(store.count == 1)
    }

    @Test(arguments: [
        ("file://a", "secrets.file.root"), ("vault://a", "secrets.vault"),
        ("local://a", "secrets.local.keyFile"), ("aws-sm://a", "secrets.aws.region"),
    ])
    func `a store that is not configured is a clear error`(
        _ text: String,
        _ word: String
    ) async throws {
        let keeper = try SecretKeeper(SecretsConfiguration())
        let reference = try #require(SecretReference(text))
        let error = await #expect(throws: SecretError.self) {
            try await keeper.secret(reference, of: tenant, declaredFields: ["a"])
        }
        #expect(error?.code == .notConfigured)
        #expect(error?.detail.hasPrefix("\(text): ") == true)
        #expect(error?.detail.contains(word) == true)
    }

    @Test func `the scheme picks the store that the settings name`() async throws {
        let server = try VaultServer()
        defer { server.stop() }
        server.put("/v1/kv/data/a", #"{"apiKey": "from vault"}"#)
        let folder = try TemporaryFolder()
        try folder.write("a", #"{"apiKey": "from a file"}"#)
        let token = try folder.write("token", VaultServer.token)
        let vault = SecretsConfiguration.Vault(
            address: server.address,
            mount: "kv",
            tokenFile: token
        )
        let keeper = try SecretKeeper(
            SecretsConfiguration(environmentPrefix: "PA", fileRoot: folder.path, vault: vault)
        )
        for (text, expected) in [("vault://a", "from vault"), ("file://a", "from a file")] {
            let reference = try #require(SecretReference(text))
            let secret = try await keeper.secret(reference, of: tenant, declaredFields: ["apiKey"])
            #expect(secret.field("apiKey") == expected)
        }
        let path = try #require(SecretReference("env://PATH"))
        #expect(
            try await keeper.secret(path, of: tenant, declaredFields: ["apiKey"]).values.count == 1
        )
    }
}
