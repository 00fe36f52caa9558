import Model
import Platform
import Testing

@testable import Secrets

/// The master key is rotated online.
@Suite struct RekeyTests {
    private static let old = String(repeating: "a1", count: 32)
    private static let new = String(repeating: "b2", count: 32)

    private let source = MemorySecretSource()
    private let folder: TemporaryFolder
    private let store: LocalSecretStore

    init() async throws {
        folder = try TemporaryFolder()
        try folder.write("keys", Self.old)
        store = try LocalSecretStore(.keyFile("\(folder.path)/keys"), source: source)
    }

    private func put(_ count: Int, of tenant: TenantID = SampleTenant.acme) async throws {
        for number in 0..<count {
            let name = try #require(SecretName("s\(number)"))
            let value = SecretBytes(Array("value \(number)".utf8))
            _ = try await store.put(value, name, of: tenant, expecting: .nothing)
        }
    }

    private func value(_ number: Int, of tenant: TenantID) async throws -> (String, UInt64)? {
        let name = try #require(SecretName("s\(number)"))
        return try await store.value(name, of: tenant)
            .map { ($0.value.withText { $0 }, $0.version) }
    }

    @Test func `all are sealed anew in batches, and keep their values and versions`() async throws {
        try await put(300)
        try await put(2, of: SampleTenant.other)
        let before = try await value(7, of: SampleTenant.acme)
        try folder.write("keys", "\(Self.new)\n\(Self.old)")
        let dry = try await store.rekey(isDryRun: true)
        #expect(dry.resealedCount == 0)
        #expect(dry.remainingCount == 302)
        let report = try await store.rekey()
        #expect(report.resealedCount == 302)
        #expect(report.remainingCount == 0)
        #expect(report.unreadableCount == 0)
        #expect(source.batchSizes == [256, 46])
        #expect(report.keyID == MasterKeyRing.id(of: Self.new))
        #expect(report.keys.map(\.isNeeded) == [true, false])
        #expect(report.keys.map(\.secretCount) == [302, 0])
        let after = try await value(7, of: SampleTenant.acme)
        #expect(before?.0 == after?.0)
        #expect(before?.1 == after?.1)
        // The old key may go now.
        try folder.write("keys", Self.new)
        let alone = try LocalSecretStore(.keyFile("\(folder.path)/keys"), source: source)
        let name = try #require(SecretName("s1"))
        let value = try await alone.value(name, of: SampleTenant.other)
        #expect(value?.value.withText { $0 } == "value 1")
    }

    @Test func `a call does so many, and the next one goes on`() async throws {
        try await put(10)
        try folder.write("keys", "\(Self.new)\n\(Self.old)")
        let first = try await store.rekey(countMax: 4)
        #expect(first.resealedCount == 4)
        #expect(first.remainingCount == 6)
        #expect(first.keys.map(\.isNeeded) == [true, true])
        let second = try await store.rekey(countMax: 6)
        #expect(second.resealedCount == 6)
        #expect(second.remainingCount == 0)
        #expect(try await store.rekey().resealedCount == 0)
    }

    @Test func `what does not open is left as it is, and named`() async throws {
        try await put(3)
        let name = try #require(SecretName("s1"))
        let kept = try #require(source.secret(name, of: SampleTenant.acme))
        let broken = SealedSecret.Seal(keyID: kept.seal.keyID, bytes: [1, 2, 3])
        source.plant(kept.resealed(broken), name, of: SampleTenant.acme)
        let other = try #require(SecretName("s2"))
        let lost = SealedSecret.Seal(keyID: "00112233", bytes: kept.seal.bytes)
        source.plant(kept.resealed(lost), other, of: SampleTenant.acme)
        try folder.write("keys", "\(Self.new)\n\(Self.old)")
        let report = try await store.rekey()
        #expect(report.resealedCount == 1)
        #expect(report.remainingCount == 0)
        #expect(report.unreadableCount == 2)
        #expect(report.unreadable.map(\.name.text).contains("s1"))
        #expect(source.secret(name, of: SampleTenant.acme)?.seal == broken)
        #expect(report.keys.last?.isKnown == false)
        #expect(report.keys.map(\.isNeeded) == [true, true, true])
    }

    @Test func `keys that can't be read change nothing`() async throws {
        try await put(1)
        for text in ["", "not a key", String(repeating: "a", count: 62)] {
            try folder.write("keys", text)
            let error = await #expect(throws: SecretWriteError.self) { try await store.rekey() }
            #expect(error?.code == .keysUnreadable)
        }
        #expect(try await value(0, of: SampleTenant.acme)?.0 == "value 0")
    }
}
