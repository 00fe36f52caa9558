import Foundation
import Model
import Platform
import Testing

@testable import Secrets

@Suite struct EnvironmentSecretStoreTests {
    private static func failure(_ text: String) async throws -> SecretError? {
        let reference = try #require(SecretReference(text))
        return await #expect(throws: SecretError.self) {
            try await EnvironmentSecretStore(prefix: "BINDERY_SECRET_")
                .read(reference, for: SampleTenant.acme)
        }
    }

    @Test func `reads a variable whose name starts with the prefix`() async throws {
        // The test's own environment is the only one there is: PATH is in it.
        let reference = try #require(SecretReference("env://PATH"))
        let bytes = try await EnvironmentSecretStore(prefix: "PA")
            .read(reference, for: SampleTenant.acme)
        #expect(bytes.withText { $0 } == ProcessInfo.processInfo.environment["PATH"])
    }

    @Test(arguments: ["env://PATH", "env://BINDERY_BOOTSTRAP_KEY", "env://bindery_secret_x"])
    func `no other variable can be read`(_ text: String) async throws {
        let error = try await Self.failure(text)
        #expect(error?.code == .forbidden)
        #expect(error?.detail.hasPrefix("\(text): ") == true)
    }

    @Test(arguments: ["env://BINDERY_SECRET_NOT_SET", "env://BINDERY_SECRET_A=B"])
    func `a variable that is not set is not found`(_ text: String) async throws {
        #expect(try await Self.failure(text)?.code == .notFound)
    }
}
