public import JSON
import Ledger
public import Model

/// Moves a change request through its life: all steps but `apply`, which takes its version live.
public struct MoveChangeRequest: Sendable {
    /// What can be asked for.
    public enum Move: String, Sendable, CaseIterable {
        case submit
        case approve
        case reject
        case schedule
        case cancel
    }

    /// The tenant.
    public let scope: TenantScope
    /// The request.
    public let id: ChangeRequestID
    /// What is asked for.
    public let move: Move
    /// The body: `comment`; of `schedule` also `publishAt`.
    public let body: JSONValue?

    /// A request.
    public init(scope: TenantScope, id: ChangeRequestID, move: Move, body: JSONValue?) {
        self.scope = scope
        self.id = id
        self.move = move
        self.body = body
    }

    /// What a body says.
    private struct Wish {
        let comment: String?
        /// Nil when it says nothing of a time; nil inside when it takes the time away.
        let publishAt: Timestamp??
        /// What is approved; nil in other steps.
        let contentDigest: String?
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`, `INVALID_TRANSITION`;
    ///   `SELF_APPROVAL`, `PRINCIPAL_UNKNOWN`, `ALREADY_APPROVED`, `CHANGE_REQUEST_CONFLICT`, `APPROVALS_MISSING`;
    ///   everything wrong with the body.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read(context)
        let found = try GetChangeRequest.find(id, scope, context.state, context.caller)
        var subject = found.value.subjectOfWrite("changeRequest.\(move.rawValue)")
        subject.reason = wish.comment
        let told = subject
        return try await context.write(told) { (state, stamp) throws(CommandError) in
            let existing = scope.read(state).changeRequests[id]
            try context.precondition.check(existing?.revision)
            let request = try GetChangeRequest.find(id, scope, state, context.caller)
            let moved = try moved(request, wish, state, stamp, context)
            return Self.plan(from: request, to: moved, state, stamp)
        }
    }

    /// The plan that keeps a moved request.
    static func plan(
        from request: Stored<ChangeRequest>,
        to moved: ChangeRequest,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) -> Ledger.Plan<Written> {
        let stored = request.moved(to: moved, stamp)
        let standing = RequestStanding(moved, state)
        var written = Written(
            object: stored.summary,
            revision: stored.revision,
            before: request.summary
        )
        written.makeBody = { .object(standing.json(of: stored)) }
        return Ledger.Plan([.putChangeRequest(stored)], answer: written)
    }

    /// Checks that the table has the step from where the request stands.
    ///
    /// - Throws: `INVALID_TRANSITION`.
    static func check(
        _ step: ChangeRequest.Step,
        _ request: ChangeRequest
    ) throws(CommandError) {
        guard !step.sources.contains(request.status) else { return }
        throw CommandError(
            .conflict,
            "INVALID_TRANSITION",
            "A change request that is \(request.status.rawValue) has no \(step.rawValue)."
        )
    }

    /// Checks that a request may be given a time: of the gates that of approvals alone is asked, since
    /// nothing goes live by it.
    ///
    /// - Throws: `CHANGE_REQUEST_CONFLICT`, `APPROVALS_MISSING`.
    private static func checkGood(_ request: ChangeRequest, _ state: State) throws(CommandError) {
        let standing = RequestStanding(request, state)
        try checkBase(request, standing, state)
        guard let missing = standing.missing(of: request) else { return }
        var error = missing.error
        error.members["gates"] = [missing.verdict.json]
        throw error
    }

    /// Checks that the content and what it takes the place of are those that were submitted.
    ///
    /// - Throws: `CHANGE_REQUEST_CONFLICT`.
    static func checkBase(
        _ request: ChangeRequest,
        _ standing: RequestStanding,
        _ state: State
    ) throws(CommandError) {
        let version = state.tenant(request.tenant).lines[request.line]?.versions[request.version]
        let isSame = version?.value.config.contentDigest == request.subject?.digest
        guard standing.isConflict || !isSame else { return }
        throw CommandError(
            .conflict,
            "CHANGE_REQUEST_CONFLICT",
            standing.isConflict
                ? "Another version was published, or put away, since the request was submitted: "
                    + "submit it again on what is published now."
                : "The content is not the one that was submitted: submit it again."
        )
    }

    // MARK: The moves

    private func moved(
        _ request: Stored<ChangeRequest>,
        _ wish: Wish,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> ChangeRequest {
        var value = request.value
        let party = context.caller.party
        func take(_ step: ChangeRequest.Step, to status: ChangeRequest.Status) {
            value.take(step, to: status, by: party, at: stamp.now, comment: wish.comment)
        }
        switch move {
        case .submit:
            let subject = try submitted(value, state)
            take(.submit, to: .inReview)
            (value.subject, value.submitter, value.failure) = (subject, party, nil)
        case .approve:
            let approval = try approval(value, party, wish, state, stamp)
            if let approval { value.add(approval) }
            let standing = RequestStanding(value, state)
            let isEnough = standing.approvals >= max(1, standing.required)
            let next = value.status == .inReview && isEnough ? .approved : value.status
            take(.approve, to: next)
        case .reject:
            try Self.check(.reject, value)
            take(.reject, to: .rejected)
        case .schedule:
            if case .some(.none) = wish.publishAt {
                try Self.check(.unschedule, value)
                take(.unschedule, to: .approved)
                value.publishAt = nil
            } else {
                value.publishAt = try time(value, wish, state, context)
                take(.schedule, to: .scheduled)
                value.failure = nil
            }
        case .cancel:
            try Self.check(.cancel, value)
            take(.cancel, to: .cancelled)
        }
        return value
    }

    /// What is submitted: the content as it is, on the base as it is.
    private func submitted(
        _ request: ChangeRequest,
        _ state: State
    ) throws(CommandError) -> ChangeRequest.Subject {
        try Self.check(.submit, request)
        let target = ConfigScope(scope: scope, line: request.line)
        let version = try target.version(request.version, state)
        try CreateChangeRequest.checkOpen(version)
        let subject = ChangeRequest.Subject(
            digest: version.value.config.contentDigest,
            base: target.read(state).published?.value.number
        )
        guard !request.status.isSubmitted || subject != request.subject else {
            throw CommandError(
                .conflict,
                "INVALID_TRANSITION",
                "The request is submitted, and neither its content nor its base has moved since."
            )
        }
        return subject
    }

    /// Checks that what is approved is what was read: the author may have submitted another content.
    private static func checkContent(
        _ request: ChangeRequest,
        _ wish: Wish
    ) throws(CommandError) {
        let digest = request.subject.map { "sha256:\($0.digest)" }
        guard wish.contentDigest != digest else { return }
        throw CommandError(
            .conflict,
            "CHANGE_REQUEST_CONFLICT",
            "The content that was submitted is not the one of contentDigest: read the request again."
        )
    }

    /// The yes of the caller; nil when it was given before and is enough by now.
    private func approval(
        _ request: ChangeRequest,
        _ party: ChangeRequest.Party,
        _ wish: Wish,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) throws(CommandError) -> ChangeRequest.Approval? {
        try Self.check(.approve, request)
        let own = [request.author.principal, request.submitter?.principal]
        guard !own.contains(party.principal) else {
            throw CommandError(
                .forbidden,
                "SELF_APPROVAL",
                "Who made or submitted a change request can't approve it."
            )
        }
        let eyes = KnownEyes(request, scope, state)
        guard !eyes.wrote(party) else {
            throw CommandError(
                .forbidden,
                "SELF_APPROVAL",
                "Who wrote of a version's content can't approve it: \(party.principal) made version "
                    + "\(request.version) or changed it while it was a draft."
            )
        }
        let standing = RequestStanding(request, state)
        if standing.required > 0 { try eyes.check(party) }
        try Self.checkContent(request, wish)
        try Self.checkBase(request, standing, state)
        let isGiven = request.approvals.contains {
            $0.party.principal == party.principal && RequestStanding.counts($0, state)
        }
        if isGiven {
            let isEnough = standing.approvals >= max(1, standing.required)
            if request.status == .inReview, isEnough { return nil }
            throw CommandError(
                .conflict,
                "ALREADY_APPROVED",
                "The caller has approved the change request already; one approval of each counts."
            )
        }
        guard request.approvals.count < ChangeRequest.approvalCountMax else {
            throw CommandError(
                .conflict,
                "TOO_MANY_APPROVALS",
                "The change request has \(ChangeRequest.approvalCountMax) approvals already."
            )
        }
        return ChangeRequest.Approval(party: party, at: stamp.now, comment: wish.comment)
    }

    /// When it is to go live.
    private func time(
        _ request: ChangeRequest,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> Timestamp {
        try Self.check(.schedule, request)
        try Self.checkGood(request, state)
        guard let time = wish.publishAt.flatMap({ $0 }) ?? request.publishAt else {
            let detail = "is required: the request names no time itself"
            throw .invalid(.missingField, at: .root.appending("publishAt"), detail)
        }
        guard time > context.now else {
            throw .invalid(.invalidValue, at: .root.appending("publishAt"), Self.timeWords)
        }
        let waiting = scope.read(state).changeRequests.values
            .count { $0.value.status == .scheduled && $0.value.id != id }
        guard waiting < ChangeRequest.scheduledCountMax else {
            throw CommandError(
                .conflict,
                "TOO_MANY_SCHEDULED",
                "\(ChangeRequest.scheduledCountMax) change requests wait for their time already."
            )
        }
        return time
    }

    // MARK: The body

    private static let timeWords = "must be in the future, at most 90 days ahead"

    /// Checks a time that a body names.
    static func check(_ time: Timestamp, _ now: Timestamp, _ reader: ObjectReader) {
        let isGood = time > now && time - now <= ChangeRequest.scheduleAheadMax
        if !isGood { reader.error(.invalidValue, "publishAt", timeWords) }
    }

    private func read(_ context: CommandContext) throws(CommandError) -> Wish {
        let issues = IssueList()
        var members: Set<String> = ["comment"]
        if move == .schedule { members.insert("publishAt") }
        if move == .approve { members.insert("contentDigest") }
        let value = body ?? .object([:])
        let reader = ObjectReader(value, at: .root, issues: issues, members: members)
        let comment = reader.string("comment", byteCountMax: ChangeRequest.commentByteCountMax)
        if move == .reject {
            reader.require("comment")
            if comment?.isEmpty == true {
                reader.error(.invalidValue, "comment", "must say why")
            }
        }
        var digest: String?
        if move == .approve {
            reader.require("contentDigest")
            digest = reader.string("contentDigest", byteCountMax: 80)
        }
        var publishAt: Timestamp??
        if reader.value("publishAt") == .null {
            publishAt = .some(nil)
        } else if let time = reader.timestamp("publishAt") {
            Self.check(time, context.now, reader)
            publishAt = .some(time)
        }
        SecretScan.scan(.object(reader.object), at: .root, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        return Wish(comment: comment, publishAt: publishAt, contentDigest: digest)
    }
}
