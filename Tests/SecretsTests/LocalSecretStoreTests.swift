import Model
import Platform
import Testing

@testable import Secrets

@Suite struct LocalSecretStoreTests {
    private static let first = String(repeating: "a1", count: 32)
    private static let second = String(repeating: "b2", count: 32)

    private let source = MemorySecretSource()
    private let name: SecretName
    private let otherName: SecretName
    private let reference: SecretReference

    init() throws {
        name = try #require(SecretName("stripe"))
        otherName = try #require(SecretName("twilio"))
        reference = try #require(SecretReference("local://stripe"))
    }

    private func store(_ keys: String, in folder: TemporaryFolder) throws -> LocalSecretStore {
        try folder.write("keys", keys)
        return try LocalSecretStore(.keyFile("\(folder.path)/keys"), source: source)
    }

    private func put(_ text: String, _ store: LocalSecretStore) async throws -> UInt64 {
        try await store.put(
            SecretBytes(Array(text.utf8)),
            name,
            of: SampleTenant.acme,
            expecting: .anything
        )
    }

    private func read(_ store: LocalSecretStore) async throws -> String {
        try await store.read(reference, for: SampleTenant.acme).withText { $0 }
    }

    private func refusal(
        _ store: LocalSecretStore,
        _ reference: SecretReference? = nil,
        of tenant: TenantID = SampleTenant.acme
    ) async -> SecretError? {
        await #expect(throws: SecretError.self) {
            try await store.read(reference ?? self.reference, for: tenant)
        }
    }

    @Test func `a value comes back as it was put, and only to its tenant`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        #expect(try await put(#"{"apiKey":"hunter2"}"#, store) == 1)
        #expect(try await read(store) == #"{"apiKey":"hunter2"}"#)
        let refusal = await refusal(store, of: SampleTenant.other)
        #expect(refusal?.code == .notFound)
        let unfit = try #require(SecretReference("local://acme/stripe"))
        #expect(await self.refusal(store, unfit)?.code == .notFound)
    }

    @Test func `what is kept holds nothing of the value, and never looks the same`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        _ = try await put("hunter2-hunter2-hunter2", store)
        let one = try #require(source.secret(name, of: SampleTenant.acme))
        _ = try await put("hunter2-hunter2-hunter2", store)
        let two = try #require(source.secret(name, of: SampleTenant.acme))
        #expect(one.seal.bytes != two.seal.bytes)
        #expect(one.seal.bytes.prefix(12) != two.seal.bytes.prefix(12))
        let kept = String(decoding: one.seal.bytes, as: UTF8.self)
        #expect(!kept.contains("hunter2"))
        #expect(one.seal.keyID == store.keyID)
    }

    @Test func `a write that expects another version changes nothing`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        func put(_ expecting: SecretExpectation) async throws -> UInt64 {
            try await store.put(
                SecretBytes([1]),
                name,
                of: SampleTenant.acme,
                expecting: expecting
            )
        }
        func conflict(_ expecting: SecretExpectation) async -> SecretWriteError.Code? {
            await #expect(throws: SecretWriteError.self) { try await put(expecting) }?.code
        }
        #expect(await conflict(.version(1)) == .conflict)
        #expect(try await put(.nothing) == 1)
        #expect(await conflict(.nothing) == .conflict)
        #expect(try await put(.version(1)) == 2)
        #expect(await conflict(.version(1)) == .conflict)
        let kept = try await store.value(name, of: SampleTenant.acme)
        #expect(kept?.version == 2)
        #expect(try await store.value(otherName, of: SampleTenant.acme) == nil)
    }

    @Test func `a value has 1 byte to the limit`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        let limit = SealedSecret.valueByteCountMax
        _ = try await put(String(repeating: "x", count: limit), store)
        #expect(try await read(store).utf8.count == limit)
        for text in ["", String(repeating: "x", count: limit + 1)] {
            let error = await #expect(throws: SecretWriteError.self) { try await put(text, store) }
            #expect(error?.code == .unfit)
        }
    }

    @Test func `what was tampered with is an error and no value`() async throws {
        let folder = try TemporaryFolder()
        let store = try store("\(Self.first)\n\(Self.second)", in: folder)
        _ = try await put("hunter2", store)
        let kept = try #require(source.secret(name, of: SampleTenant.acme))
        func plant(_ bytes: [UInt8], keyID: String? = nil) {
            let seal = SealedSecret.Seal(keyID: keyID ?? kept.seal.keyID, bytes: bytes)
            source.plant(kept.resealed(seal), name, of: SampleTenant.acme)
        }
        func expectRefusal(_ sourceLocation: SourceLocation = #_sourceLocation) async {
            let error = await refusal(store)
            #expect(error?.code == .malformed, sourceLocation: sourceLocation)
            #expect(error?.detail.contains("hunter2") == false, sourceLocation: sourceLocation)
        }
        for place in kept.seal.bytes.indices {
            var bytes = kept.seal.bytes
            bytes[place] ^= 1
            plant(bytes)
            await expectRefusal()
        }
        for count in 0..<kept.seal.bytes.count {
            plant(Array(kept.seal.bytes.prefix(count)))
            await expectRefusal()
        }
        // The other key is known, and is not the one: the value says which key it is under.
        plant(kept.seal.bytes, keyID: MasterKeyRing.id(of: Self.second))
        await expectRefusal()
        plant(kept.seal.bytes, keyID: "0000000000000000")
        await expectRefusal()
        plant(kept.seal.bytes)
        #expect(try await read(store) == "hunter2")
    }

    @Test func `a value of another tenant or name does not open`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        _ = try await put("hunter2", store)
        let kept = try #require(source.secret(name, of: SampleTenant.acme))
        source.plant(kept, name, of: SampleTenant.other)
        #expect(await refusal(store, of: SampleTenant.other)?.code == .malformed)
        let moved = SealedSecret(
            name: otherName,
            version: kept.version,
            createdAt: kept.createdAt,
            updatedAt: kept.updatedAt,
            seal: kept.seal
        )
        source.plant(moved, otherName, of: SampleTenant.acme)
        let other = try #require(SecretReference("local://twilio"))
        #expect(await refusal(store, other)?.code == .malformed)
    }

    @Test func `a server without the key says which one it misses`() async throws {
        let folder = try TemporaryFolder()
        let store = try store(Self.first, in: folder)
        _ = try await put("hunter2", store)
        let other = try self.store(Self.second, in: folder)
        let error = await refusal(other)
        #expect(error?.code == .malformed)
        #expect(error?.detail.contains(store.keyID) == true)
    }

    @Test func `a key that came into the file meanwhile is found`() async throws {
        let folder = try TemporaryFolder()
        let replica = try store(Self.first, in: folder)
        let rotated = try store("\(Self.second)\n\(Self.first)", in: folder)
        _ = try await put("hunter2", rotated)
        #expect(try await read(replica) == "hunter2")
    }
}

extension MasterKeyRing {
    /// The id that a key's text has.
    static func id(of text: String) -> String? {
        do throws(Failure) {
            return try MasterKeyRing(reading: SecretBytes(Array(text.utf8))).keys.first?.id
        } catch {
            return nil
        }
    }
}
