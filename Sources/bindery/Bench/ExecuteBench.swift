import Audit
import Execution
import JSON
import Model
import Outbound
import Platform
import Secrets

/// Measures calls of a provider by `Executor` against the same requests by the outbound client
/// alone, in one process: what the door to providers costs.
struct ExecuteBench {
    /// The calls at the same time of each case.
    private static let inFlightCounts = [1, 64, 512]
    private static let secretVariable = "BINDERY_SECRET_BENCH"

    let provider: String
    let callCount: Int
    let folder: String

    private struct Measured {
        var seconds = 0.0
        var processorMicroseconds = 0.0
        var latencies: [Duration] = []

        var json: JSONObject {
            let sorted = latencies.sorted()
            func percentile(_ share: Double) -> JSONValue {
                let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
                return Self.decimal(sorted[index] / .nanoseconds(1) / 1000)
            }
            return [
                "callsPerSecond": Self.decimal(Double(latencies.count) / seconds),
                "cpuUs": Self.decimal(processorMicroseconds / Double(latencies.count)),
                "p50Us": percentile(0.5), "p99Us": percentile(0.99),
            ]
        }

        private static func decimal(_ value: Double) -> JSONValue {
            JSONDecimal((value * 10).rounded() / 10).map { .decimal($0) } ?? .null
        }
    }

    /// Every figure.
    func report() async throws(CommandFailure) -> JSONValue {
        let client = try client()
        let audit = try await trail()
        var configuration = ExecutionConfiguration()
        // One connection has all of the calls here.
        configuration.callsPerConnectionMax = 1024
        let executor = Executor(
            outbound: client,
            secrets: try keeper(),
            audit: audit,
            configuration: configuration
        )
        let call = try call()
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: provider + "/v1/pay",
            headers: [
                OutboundHeader("Content-Type", "application/json"),
                OutboundHeader("Authorization", "Bearer bench", isSensitive: true),
            ],
            body: Array(#"{"amount":5000,"currency":"eur"}"#.utf8)
        )
        var cases: [JSONValue] = []
        for count in Self.inFlightCounts {
            let direct = try await measure(count) { try await client.send(request).status == 200 }
            let executed = try await measure(count) {
                if case .success = await executor.execute(call) { true } else { false }
            }
            cases.append([
                "inFlight": .integer(Int64(count)), "direct": .object(direct.json),
                "execute": .object(executed.json),
            ])
        }
        let held = try await heldByteCount(executor, call)
        return [
            "cases": .array(cases), "heldBytesPerCall": .integer(Int64(held)),
            "auditRecords": .integer(Int64(audit.head.sequence)),
        ]
    }

    private func measure(
        _ inFlightCount: Int,
        _ work: @escaping @Sendable () async throws -> Bool
    ) async throws(CommandFailure) -> Measured {
        // Connections are opened, and caches filled, before anything counts.
        _ = try await run(inFlightCount, inFlightCount * 4, work)
        let start = ContinuousClock.now
        let processor = ProcessUsage.processorTime
        var measured = Measured()
        measured.latencies = try await run(inFlightCount, callCount, work)
        measured.seconds = (ContinuousClock.now - start) / .seconds(1)
        measured.processorMicroseconds =
            (ProcessUsage.processorTime - processor) / .microseconds(1)
        return measured
    }

    private func run(
        _ inFlightCount: Int,
        _ callCount: Int,
        _ work: @escaping @Sendable () async throws -> Bool
    ) async throws(CommandFailure) -> [Duration] {
        let share = max(1, callCount / inFlightCount)
        let parts = await withTaskGroup(of: [Duration]?.self) { group in
            for _ in 0..<inFlightCount {
                group.addTask { await Self.turns(share, work) }
            }
            var parts: [[Duration]?] = []
            for await part in group { parts.append(part) }
            return parts
        }
        let whole = parts.compactMap { $0 }
        guard whole.count == parts.count else {
            throw .failed("the provider did not answer every call with 200")
        }
        return whole.flatMap { $0 }
    }

    private static func turns(
        _ count: Int,
        _ work: @Sendable () async throws -> Bool
    ) async -> [Duration]? {
        var latencies: [Duration] = []
        latencies.reserveCapacity(count)
        for _ in 0..<count {
            // Not the clock of calls, which is coarse.
            let start = ContinuousClock.now
            do {
                guard try await work() else { return nil }
            } catch {
                return nil
            }
            latencies.append(ContinuousClock.now - start)
        }
        return latencies
    }

    /// The memory of one call that waits for its provider: of many at a listener that answers none.
    private func heldByteCount(
        _ executor: Executor,
        _ call: CapabilityCall
    ) async throws(CommandFailure) -> Int {
        let count = 512
        let silent: SocketListener
        do throws(SystemError) {
            silent = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0))
        } catch {
            throw .failed("\(error)")
        }
        var held = try self.call(at: "http://127.0.0.1:\(silent.address.port)")
        held.timeout = .seconds(3)
        let call = held
        let before = ProcessUsage.residentByteCount
        let during = await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { _ = await executor.execute(call) } }
            await ExecutionClock.system.sleep(.milliseconds(1500))
            return ProcessUsage.residentByteCount
        }
        return max(0, during - before) / count
    }

    // MARK: What is called

    private func client() throws(CommandFailure) -> OutboundClient {
        var configuration = OutboundConfiguration()
        do {
            configuration.addressPolicy = AddressPolicy(allow: [try AddressRange("127.0.0.0/8")])
            configuration.inFlightCountMax = 1024
            configuration.idleConnectionCountMax = 1024
            return try OutboundClient(configuration)
        } catch {
            throw .failed("\(error)")
        }
    }

    private func keeper() throws(CommandFailure) -> SecretKeeper {
        do throws(SecretsSetupError) {
            return try SecretKeeper(SecretsConfiguration())
        } catch {
            throw .failed("\(error)")
        }
    }

    private func trail() async throws(CommandFailure) -> AuditTrail {
        do throws(AuditError) {
            return try await AuditTrail.open(AuditTrail.Configuration(folder: folder))
        } catch {
            throw .failed("\(error)")
        }
    }

    private func call(at url: String? = nil) throws(CommandFailure) -> CapabilityCall {
        do throws(InvalidDocument) {
            let spec = try IntegrationSpec(Self.spec(url ?? provider), id: nil)
            let connection = try Connection(Self.connection, tenant: nil, id: nil)
            guard let operation = spec.operations.values.first,
                let tenant = TenantID("bench"), let environment = EnvironmentName("sandbox"),
                let blueprint = BlueprintName("bench"), let workflow = WorkflowName("bench"),
                let capability = CapabilityKey("bench.pay"), let slot = SlotID("bench")
            else { preconditionFailure("the bench's names are names") }
            return CapabilityCall(
                tenant: tenant,
                environment: environment,
                blueprint: blueprint,
                workflow: workflow,
                capability: capability,
                slot: slot,
                connection: connection,
                spec: spec,
                operation: operation,
                config: [:],
                input: ["amount": 5000, "currency": "eur"],
                actor: AuditActor(type: "key", id: "bench")
            )
        } catch {
            preconditionFailure("the bench's documents are valid: \(error.issues)")
        }
    }

    private static func spec(_ url: String) -> JSONValue {
        [
            "meta": ["key": "bench.pay", "version": 1, "category": "bench"],
            "capabilities": ["provides": [["key": "bench.pay", "operation": "bench.pay"]]],
            "secretSchema": [
                "schema": ["type": "object", "properties": ["key": ["type": "string"]]]
            ],
            "auth": [["type": "bearer", "secretField": "key"]],
            "transport": ["type": "rest", "baseUrl": .string(url)],
            "operations": [
                "bench.pay": [
                    "method": "POST", "path": "/v1/pay", "encoding": "json",
                    "body": ["amount": "{{input.amount}}", "currency": "{{input.currency}}"],
                    "inputSchema": [
                        "type": "object", "properties": ["amount": ["type": "integer"]],
                        "required": ["amount"],
                    ],
                ]
            ],
            "constraints": ["rateLimit": ["rpm": 1_000_000_000]],
        ]
    }

    private static var connection: JSONValue {
        [
            "meta": [
                "id": "conn", "tenantId": "bench", "integrationKey": "bench.pay",
                "integrationVersion": 1, "environment": "sandbox",
            ],
            "ownershipMode": "byok", "secretRef": .string("env://" + secretVariable),
        ]
    }
}
