import Model
import Platform
import Testing

@testable import Secrets

@Suite struct FileSecretStoreTests {
    private static func read(_ text: String, _ folder: TemporaryFolder) async throws -> String {
        let reference = try #require(SecretReference(text))
        let bytes = try await FileSecretStore(root: "\(folder.path)/root")
            .read(reference, for: SampleTenant.acme)
        return bytes.withText { $0 }
    }

    private static func failure(
        _ text: String,
        _ folder: TemporaryFolder
    ) async throws -> SecretError? {
        await #expect(throws: SecretError.self) { try await read(text, folder) }
    }

    @Test func `reads files below the root, in folders too`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("root/a.json", "{}")
        try folder.write("root/acme/stripe", "key\n")
        #expect(try await Self.read("file://a.json", folder) == "{}")
        #expect(try await Self.read("file://acme/stripe", folder) == "key\n")
        #expect(try await Self.read("file://acme//./stripe", folder) == "key\n")
    }

    @Test func `follows a link that stays below the root`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("root/..data_1/key", "key")
        try folder.link("root/..data", to: "..data_1")
        try folder.link("root/key", to: "..data/key")
        #expect(try await Self.read("file://key", folder) == "key")
    }

    @Test func `a root that is a link itself works`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("real/key", "key")
        try folder.link("root", to: "real")
        #expect(try await Self.read("file://key", folder) == "key")
    }

    @Test(arguments: ["out", "folder/key", "absolute", "sibling"])
    func `nothing outside of the root is read`(_ path: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("root/inside", "x")
        try folder.write("outside/key", "hunter2")
        try folder.write("rootless", "hunter2")
        try folder.link("root/out", to: "../outside/key")
        try folder.link("root/folder", to: "../outside")
        try folder.link("root/absolute", to: "/etc/hostname")
        try folder.link("root/sibling", to: "../rootless")
        let error = try await Self.failure("file://\(path)", folder)
        #expect(error?.code == .forbidden)
        #expect(error?.detail.contains("hunter2") == false)
    }

    @Test func `a path cannot climb or start at the top`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("root/a", "x")
        #expect(SecretReference("file://../outside") == nil)
        #expect(SecretReference("file://a/../../outside") == nil)
        #expect(try await Self.failure("file:///etc/hostname", folder)?.code == .forbidden)
    }

    @Test(arguments: ["missing", "folder", "a/b", "loop", "."])
    func `what is no file is not found`(_ path: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("root/a", "x")
        try folder.write("root/folder/b", "x")
        try folder.link("root/loop", to: "loop")
        let code = try await Self.failure("file://\(path)", folder)?.code
        #expect(code == (path == "." ? .forbidden : .notFound))
    }

    @Test func `refuses by length`() async throws {
        let folder = try TemporaryFolder()
        let limit = SecretFile.byteCountMax
        try folder.write("root/at", [UInt8](repeating: 0x61, count: limit))
        try folder.write("root/over", [UInt8](repeating: 0x61, count: limit + 1))
        #expect(try await Self.read("file://at", folder).utf8.count == limit)
        #expect(try await Self.failure("file://over", folder)?.code == .malformed)
    }
}
