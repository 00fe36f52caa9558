import Audit
import Execution
import JSON
import Model

/// Every operation of a spec, called for real at a provider that is played from the spec itself.
struct SpecRehearsal: Sendable {
    /// One call.
    struct Entry: Sendable {
        let operation: String
        let take: RehearsalTake.Kind
        let input: JSONValue
        /// The request that the provider received, its secrets masked.
        let request: JSONValue
    }

    /// The spec, such as `email.postmark@1`.
    let name: String
    /// The calls that were made, by operation.
    private(set) var entries: [Entry] = []
    /// The request of the health check; nil without one.
    private(set) var healthCheck: JSONValue?
    /// What is wrong.
    private(set) var findings: [RehearsalFinding] = []

    /// Rehearses a spec on a stage.
    static func run(_ spec: IntegrationSpec, on stage: RehearsalStage) async -> SpecRehearsal {
        var rehearsal = SpecRehearsal(name: "\(spec.id.key.text)@\(spec.id.version.text)")
        do throws(RehearsalFinding.Failure) {
            let scene = try RehearsalScene(spec, origin: stage.origin)
            stage.secrets.keep(scene.secret.fields, at: scene.secretPath)
            for operation in scene.spec.operations.values.sorted(by: { $0.id.text < $1.id.text }) {
                await rehearsal.play(operation, scene, stage)
            }
            await rehearsal.checkHealth(scene, stage)
        } catch {
            rehearsal.findings += error.findings
        }
        return rehearsal
    }

    private init(name: String) { self.name = name }

    private mutating func note(_ operation: Operation?, _ member: String, _ detail: String) {
        findings.append(
            RehearsalFinding(operation: operation?.id.text, member: member, detail: detail)
        )
    }

    // MARK: Operations

    private mutating func play(
        _ operation: Operation,
        _ scene: RehearsalScene,
        _ stage: RehearsalStage
    ) async {
        let place = "/operations/\(operation.id.text)"
        guard let takes = RehearsalTake.all(operation) else {
            let detail = "no input that it takes can be made: give one in its examples"
            return note(operation, "\(place)/inputSchema", detail)
        }
        guard let answer = RehearsalAnswer.body(of: operation) else {
            let detail = "no answer that it takes can be made: give one in its examples"
            return note(operation, "\(place)/outputSchema", detail)
        }
        findings += RehearsalTemplates(spec: scene.written, operation: operation).findings
        for take in takes {
            // Only answers in XML have lists that a spec has to name.
            stage.provider.play(answer, asXML: !operation.outputLists.isEmpty)
            let call = Self.call(operation, scene, take.input)
            let result = await stage.executor.execute(call)
            guard let received = stage.provider.received else {
                let detail = Self.detail(result) ?? "nothing was sent"
                note(operation, place, "\(take.kind.rawValue): \(detail)")
                continue
            }
            if let detail = Self.detail(result) {
                note(operation, place, "\(take.kind.rawValue): \(detail)")
            }
            let request = RecordedRequest(received)
            let check = RehearsalCheck(
                scene: scene,
                operation: operation,
                take: take,
                request: request
            )
            findings += check.findings
            entries.append(
                Entry(
                    operation: operation.id.text,
                    take: take.kind,
                    input: take.input,
                    request: request.json(
                        scene.secret,
                        address: Self.address(operation, scene, take.input, stage)
                    )
                )
            )
        }
    }

    /// What is wrong with how a call went; nil for nothing.
    private static func detail(_ result: Result<CallResult, CallFailure>) -> String? {
        switch result {
        case .failure(let failure): failure.reason.detail
        case .success(let success):
            success.warnings.first.map { "an answer breaks it: \($0.pointer) \($0.detail)" }
        }
    }

    private static func call(
        _ operation: Operation,
        _ scene: RehearsalScene,
        _ input: JSONValue
    ) -> CapabilityCall {
        var call = CapabilityCall(
            tenant: RehearsalNames.tenant,
            environment: RehearsalNames.environment,
            blueprint: RehearsalNames.blueprint,
            workflow: RehearsalNames.workflow,
            capability: RehearsalNames.capability,
            slot: RehearsalNames.slot,
            connection: scene.connection,
            spec: scene.spec,
            operation: operation,
            config: scene.config,
            input: input,
            actor: .system("spec-test")
        )
        // What the provider allows in a minute is no limit here.
        call.constraints = Constraints()
        call.idempotencyKey = RecordedRequest.idempotencyKey
        return call
    }

    /// The scheme and host that the spec as written would call.
    private static func address(
        _ operation: Operation,
        _ scene: RehearsalScene,
        _ input: JSONValue,
        _ stage: RehearsalStage
    ) -> String {
        var call = call(operation, scene, input)
        call.spec = scene.written
        call.operation = scene.written.operations[operation.id] ?? operation
        do throws(CallFailure.Reason) {
            let url = try stage.executor.preview(call)["url"]?.string ?? ""
            let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return url }
            let host = parts[2].prefix { $0 != "/" && $0 != "?" }
            return "\(parts[0])//\(host)"
        } catch {
            return "(\(error.detail))"
        }
    }

    // MARK: Health

    private mutating func checkHealth(_ scene: RehearsalScene, _ stage: RehearsalStage) async {
        guard let check = scene.spec.healthCheck,
            let operation = scene.spec.operations[check.operation]
        else { return }
        let place = "/healthCheck/operation"
        guard let answer = RehearsalAnswer.body(of: operation) else { return }
        stage.provider.play(answer, asXML: !operation.outputLists.isEmpty)
        let health = await stage.health.check(
            HealthQuestion(scene.connection, scene.spec, config: scene.config),
            previous: .unknown
        )
        guard let received = stage.provider.received, health.status == .healthy else {
            let detail = health.errorMessage ?? "the connection is not healthy after it"
            return note(operation, place, "needs an operation without input: \(detail)")
        }
        healthCheck = RecordedRequest(received)
            .json(scene.secret, address: Self.address(operation, scene, [:], stage))
    }
}
