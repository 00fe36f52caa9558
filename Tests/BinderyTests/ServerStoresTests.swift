import Audit
import Commands
import Foundation
import JSON
import Ledger
import Platform
import Testing

@testable import bindery

@Suite struct ServerStoresTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func settings(_ more: String...) throws -> Settings {
        try Reading.settings(nil, [:], ["--data", folder.path + "/data"] + more)
    }

    /// Why the stores are not opened.
    private func refusal(_ settings: Settings) async -> CommandFailure? {
        do {
            let stores = try await ServerStores.open(settings, ServerLog(Transcript().console))
            await stores.close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `what was written is there after the next start`() async throws {
        let settings = try settings()
        let log = ServerLog(Transcript().console)
        let first = try await ServerStores.open(settings, log)
        #expect(try await FirstKey.makeIfNeeded(settings, first)?.hasPrefix("bnd_") == true)
        await first.close()
        let second = try await ServerStores.open(settings, log)
        #expect(second.ledger.state.credentials.count == 1)
        #expect(second.audit.head.sequence > 0)
        #expect(try await FirstKey.makeIfNeeded(settings, second) == nil)
        await second.close()
    }

    @Test func `in memory nothing is written`() async throws {
        let settings = try settings("--journal", "memory")
        let stores = try await ServerStores.open(settings, ServerLog(Transcript().console))
        #expect(try await FirstKey.makeIfNeeded(settings, stores) != nil)
        await stores.close()
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data"))
    }

    @Test func `a folder that another process holds is told in one line`() async throws {
        let settings = try settings()
        let holder = try await ServerStores.open(settings, ServerLog(Transcript().console))
        let refusal = await refusal(settings)
        #expect(refusal?.status == .failure)
        #expect(refusal?.lines.count == 1)
        #expect(
            refusal?.lines.first?
                .contains("is held by process \(ProcessInfo.processInfo.processIdentifier)") == true
        )
        await holder.close()
        #expect(await self.refusal(settings) == nil)
    }

    @Test func `a damaged ledger is told with its segment, and the lock is free again`()
        async throws
    {
        let settings = try settings()
        let stores = try await ServerStores.open(settings, ServerLog(Transcript().console))
        _ = try await FirstKey.makeIfNeeded(settings, stores)
        await stores.close()
        let names = try Folder(folder.path + "/data/ledger").names()
        for name in names where name.hasPrefix("snapshot-") {
            try folder.write("data/ledger/\(name)", "no snapshot")
        }
        let segment = try #require(names.first { $0.hasSuffix(".log") })
        try folder.write("data/ledger/\(segment)", "no segment")
        for _ in 0..<2 {
            let refusal = await refusal(settings)
            #expect(refusal?.status == .failure && refusal?.lines.count == 1)
            #expect(refusal?.lines.first?.contains(segment) == true)
        }
    }

    @Test func `a damaged audit trail is told, and the ledger is free again`() async throws {
        let settings = try settings()
        let stores = try await ServerStores.open(settings, ServerLog(Transcript().console))
        for _ in 0..<2 { _ = try await FirstKey.makeIfNeeded(settings, stores) }
        await stores.close()
        let name = try #require(try Folder(folder.path + "/data/audit").names().first)
        let text = try folder.text(of: "data/audit/\(name)")
        try folder.write("data/audit/\(name)", "{\"not\": \"a record\"}\n" + text)
        for _ in 0..<2 {
            let refusal = await refusal(settings)
            #expect(refusal?.lines.first?.hasPrefix("the audit trail can't be opened: ") == true)
        }
    }

    @Test func `a data folder that is a file is told`() async throws {
        let path = try folder.write("data", "")
        let refusal = await refusal(try settings())
        #expect(refusal?.lines.first?.contains(path) == true)
    }

    @Test func `a bootstrap key makes a first key needless`() async throws {
        var settings = try settings("--journal", "memory")
        settings.bootstrapKey = SecretBytes([UInt8](repeating: 0x6B, count: 32))
        let stores = try await ServerStores.open(settings, ServerLog(Transcript().console))
        #expect(try await FirstKey.makeIfNeeded(settings, stores) == nil)
        await stores.close()
    }

    @Test func `a setting that can't work is named at start`() async throws {
        let run = await Transcript.of(
            [
                "serve", "--journal", "memory", "--listen", "127.0.0.1:0", "--outbound-ca-file",
                "none.pem",
            ]
        )
        #expect(run.status == .failure)
        #expect(run.error.contains("outbound.caFile"))
    }

    @Test func `an address that is taken is named, and no key was made`() async throws {
        let taken = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        let data = folder.path + "/data"
        let run = await Transcript.of(["serve", "--listen", "\(taken.address)", "--data", data])
        #expect(run.status == .failure)
        #expect(run.error.contains("bind \(taken.address): Address already in use"))
        #expect(run.output.isEmpty)
        let stores = try await ServerStores.open(try settings(), ServerLog(Transcript().console))
        #expect(stores.ledger.state.credentials.count == 0)
        await stores.close()
    }
}
