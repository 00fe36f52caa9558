import Audit
import FoundationEssentials
import JSON
import Model
import Outbound
import Platform
import Secrets
import Testing

@testable import Execution

/// A provider, an executor that may call it, the secret's file, and the audit in memory.
final class ExecutionWorld: Sendable {
    let provider: FakeProvider
    let executor: Executor
    let health: HealthChecker
    let tokens: TokenBroker
    let trail: AuditTrail
    /// Waits between attempts are noted here and take no time.
    let manual = ManualClock()
    private let folder: String

    init(
        configuration: ExecutionConfiguration = ExecutionConfiguration(),
        audit: AuditTrail.Configuration = AuditTrail.Configuration(),
        allow: [String] = ["127.0.0.0/8"],
        inFlightCountMax: Int = 1024,
        _ script: @escaping FakeProvider.Script
    ) async throws {
        let base = FileManager.default.temporaryDirectory.path
        folder = base + "/bindery-execution-" + UUIDv7.make(now: WallClock.milliseconds())
        try Folder(folder).create()
        provider = try FakeProvider(script)
        trail = try await AuditTrail.open(audit)
        var outbound = OutboundConfiguration()
        outbound.addressPolicy = AddressPolicy(allow: try allow.map(AddressRange.init(_:)))
        outbound.inFlightCountMax = inFlightCountMax
        let client = try OutboundClient(outbound)
        let secrets = try SecretKeeper(SecretsConfiguration(fileRoot: folder))
        var clock = manual.clock()
        // Real time passes while the provider answers.
        clock.now = { [manual] in ExecutionClock.system.now() + manual.moved }
        tokens = TokenBroker(outbound: client, audit: trail, clock: clock)
        executor = Executor(
            outbound: client,
            secrets: secrets,
            audit: trail,
            tokens: tokens,
            configuration: configuration,
            clock: clock
        )
        health = HealthChecker(
            outbound: client,
            secrets: secrets,
            audit: trail,
            tokens: tokens,
            clock: clock
        )
        try write(#"{"apiKey": "\#(SampleSpec.secretText)"}"#, to: "secret.json")
    }

    deinit {
        provider.stop()
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("the folder of a test stays: \(error)")
        }
    }

    /// Writes a secret's file.
    func write(_ text: String, to name: String) throws {
        let file = try File(folder + "/" + name, for: .readWrite, creating: .ifMissing)
        try file.truncate(to: 0)
        try file.write(Array(text.utf8).span, at: 0)
    }

    /// A spec whose provider is this one.
    func spec(
        _ operation: JSONObject = [:],
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> IntegrationSpec {
        try SampleSpec.spec(baseURL: provider.url(""), operation: operation, change)
    }

    /// A call of the operation.
    func call(
        _ spec: IntegrationSpec,
        connection: Connection? = nil,
        input: JSONValue = ["amount": 5000],
        config: JSONObject = [:],
        _ change: (inout CapabilityCall) -> Void = { _ in }
    ) throws -> CapabilityCall {
        var call = CapabilityCall(
            tenant: try #require(TenantID("acme")),
            environment: try #require(EnvironmentName("production")),
            blueprint: try #require(BlueprintName("invoice-app")),
            workflow: try #require(WorkflowName("checkout")),
            capability: try #require(CapabilityKey("pay")),
            slot: try #require(SlotID("payments.primary")),
            connection: try connection ?? SampleSpec.connection(),
            spec: spec,
            operation: try SampleSpec.pay(spec),
            config: config,
            input: input,
            actor: AuditActor(type: "key", id: "k1")
        )
        change(&call)
        return call
    }

    /// Executes an operation that is expected to succeed.
    func success(_ call: CapabilityCall) async throws -> CallResult {
        try await executor.execute(call).get()
    }

    /// Executes an operation that is expected to fail.
    func failure(_ call: CapabilityCall) async throws -> CallFailure {
        let result = await executor.execute(call)
        return try #require(throws: CallFailure.self) { _ = try result.get() }
    }

    /// The audit record of the tenant with this id.
    func record(_ id: String?) async throws -> AuditRecord {
        let tenant = try #require(TenantID("acme"))
        let id = try #require(id)
        let record = try await trail.get(tenant: tenant, id: id)
        return try #require(record)
    }

    /// Whether the text stands in any record.
    func audit(holds text: String) async throws -> Bool {
        let page = try await trail.list(tenant: TenantID("acme"), limit: 500)
        return page.items.contains { $0.json.serializedText.contains(text) }
    }
}
