import JSON
import Model
import Testing

@testable import Ledger

/// Approval policies and change requests in the state, its snapshots and its index of what waits.
@Suite struct ApprovalStateTests {
    private func apply(_ changes: [Change], to state: inout State) {
        let actor = ChangeActor.system("test")
        let entry = LogEntry(
            revision: state.revision + 1,
            at: StateFixture.now,
            actor: actor,
            changes: changes
        )
        state.apply(entry)
    }

    @Test func `they come back from a snapshot, with who waits for a time`() throws {
        let config = try StateFixture.config()
        let tenant = config.tenant
        let policy = ApprovalPolicy(
            reading: ["environments": ["production": ["required": 2]]],
            issues: IssueList()
        )
        let request = try ApprovalFixture.request(config)
        var state = State()
        apply(
            [
                .putApprovalPolicy(tenant, StateFixture.stored(policy)),
                .putChangeRequest(StateFixture.stored(request)),
            ],
            to: &state
        )
        #expect(state.tenant(tenant).generation == 0, "nothing is compiled from them")
        #expect(state.tenantsWithSchedules == [tenant])
        let lines = try StateFixture.lines(of: state)
        var loader = StateLoader()
        for line in lines { try loader.read(line: line) }
        try loader.finish()
        #expect(try StateFixture.lines(of: loader.state) == lines)
        #expect(loader.state.tenantsWithSchedules == [tenant])
        let back = try #require(loader.state.tenant(tenant).changeRequests[request.id]?.value)
        #expect(back.storedJSON == request.storedJSON)
        #expect(back.approvals.first?.party.principal == "jwt-0")

        var over = request
        let author = request.author
        over.take(.cancel, to: .cancelled, by: author, at: StateFixture.now, comment: nil)
        apply([.putChangeRequest(StateFixture.stored(over))], to: &state)
        #expect(state.tenantsWithSchedules.isEmpty)
        apply(
            [.removeChangeRequest(tenant, request.id), .removeApprovalPolicy(tenant, reason: nil)],
            to: &state
        )
        #expect(state.tenant(tenant).changeRequests.isEmpty)
        #expect(state.tenant(tenant).approvalPolicy == nil)
    }

    @Test func `a snapshot keeps why less was asked, and which previews were overtaken`() throws {
        let config = try StateFixture.config()
        var policy = ApprovalPolicy(reading: ["environments": [:]], issues: IssueList())
        policy.loweredReason = "Nobody is left to ask."
        func step(
            _ version: Int,
            _ from: ConfigVersion.Status,
            _ to: ConfigVersion.Status
        )
            -> Change
        {
            let step = ConfigTransition(
                version: version,
                from: from,
                to: to,
                actor: "key",
                at: StateFixture.now,
                reason: nil
            )
            return .addTransition(config.tenant, config.line, step)
        }
        func put(_ number: Int, _ status: ConfigVersion.Status) -> Change {
            let version = ConfigVersion(number: number, config: config, status: status)
            return .putConfigVersion(StateFixture.stored(version))
        }
        var state = State()
        apply(
            [
                .putApprovalPolicy(config.tenant, StateFixture.stored(policy)),
                put(1, .preview), put(2, .published), step(2, .draft, .published),
                put(2, .archived), step(2, .published, .archived),
            ],
            to: &state
        )
        let lines = try StateFixture.lines(of: state)
        var loader = StateLoader()
        for line in lines { try loader.read(line: line) }
        try loader.finish()
        for state in [state, loader.state] {
            let tenant = state.tenant(config.tenant)
            #expect(tenant.approvalPolicy?.value.loweredReason == "Nobody is left to ask.")
            let line = try #require(tenant.lines[config.line])
            #expect(line.lastPublished == 2)
            #expect(line.newerPreview == nil)
            #expect(line.live(in: .nonproduction) == nil)
        }
    }

    @Test func `of a long history the newest steps are kept`() throws {
        var request = try ApprovalFixture.request(try StateFixture.config())
        for number in 0..<ChangeRequest.historyCountMax {
            request.take(
                .schedule,
                to: .scheduled,
                by: request.author,
                at: StateFixture.now,
                comment: "\(number)"
            )
        }
        #expect(request.history.count == ChangeRequest.historyCountMax)
        #expect(request.history.first?.comment == "0")
        #expect(request.history.last?.comment == "\(ChangeRequest.historyCountMax - 1)")
    }
}
