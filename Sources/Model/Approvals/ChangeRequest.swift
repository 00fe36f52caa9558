public import JSON

/// The wish of somebody that a version of a config goes live, and what others said of it.
public struct ChangeRequest: Sendable {
    /// The most requests of a tenant; of those that are over the oldest makes room.
    public static let countMax = 1000
    /// The most requests of a tenant that are not over.
    public static let openCountMax = 200
    /// The most requests of a tenant that wait for their time.
    public static let scheduledCountMax = 100
    /// How far ahead a time may be.
    public static let scheduleAheadMax = Duration.seconds(90 * 86_400)
    /// The most approvals of one request.
    public static let approvalCountMax = 20
    /// The most steps kept of one request; older ones are in the audit trail.
    public static let historyCountMax = 100
    /// The largest title, in bytes.
    public static let titleByteCountMax = 200
    /// The largest comment, in bytes.
    public static let commentByteCountMax = 1000

    /// Who took a step.
    public struct Party: Sendable, Hashable {
        /// `key`, `jwt`, `bootstrap` or `system`.
        public let type: String
        /// Which one of its kind, as the trail names it.
        public let id: String
        /// Who stands behind it: two parties with one principal are one pair of eyes.
        public let principal: String

        /// A party.
        public init(type: String, id: String, principal: String) {
            (self.type, self.id, self.principal) = (type, id, principal)
        }
    }

    /// A yes to the content that was submitted.
    public struct Approval: Sendable, Hashable {
        /// Whose it is.
        public let party: Party
        /// When it was given.
        public let at: Timestamp
        /// What was said.
        public let comment: String?

        /// An approval.
        public init(party: Party, at: Timestamp, comment: String?) {
            (self.party, self.at, self.comment) = (party, at, comment)
        }
    }

    /// A step that was taken.
    public struct Transition: Sendable, Hashable {
        /// The step; nil when the request was made.
        public let step: Step?
        /// Where the request stood; nil when it was made.
        public let from: Status?
        /// Where it stands since.
        public let to: Status
        /// Who took it.
        public let party: Party
        /// When.
        public let at: Timestamp
        /// Why.
        public let comment: String?
    }

    /// What a request that is to go live is about: the content, and what it takes the place of.
    public struct Subject: Sendable, Hashable {
        /// SHA-256 of the content in its canonical form, in hexadecimal.
        public let digest: String
        /// The version that was published when it was submitted; nil for none.
        public let base: Int?

        /// A subject.
        public init(digest: String, base: Int?) { (self.digest, self.base) = (digest, base) }
    }

    /// Why a publication at its time came to nothing.
    public struct Failure: Sendable, Hashable {
        /// The code of the gate that refused it.
        public let code: String
        /// What was wrong, in words.
        public let detail: String
        /// When it was tried.
        public let at: Timestamp

        /// A failure.
        public init(code: String, detail: String, at: Timestamp) {
            (self.code, self.detail, self.at) = (code, detail, at)
        }
    }

    /// The id.
    public let id: ChangeRequestID
    /// Whose it is.
    public let tenant: TenantID
    /// The line of the version.
    public let line: ConfigLineID
    /// The version that is to go live.
    public let version: Int
    /// What it is, in a line.
    public let title: String
    /// What it is, in more words.
    public let description: String?
    /// Who made it.
    public let author: Party
    /// Where it stands.
    public internal(set) var status = Status.draft
    /// When it is to go live; of a request that is not scheduled a wish.
    public var publishAt: Timestamp?
    /// What was submitted; nil before that.
    public var subject: Subject?
    /// Who submitted it; nil before that.
    public var submitter: Party?
    /// The approvals of what was submitted.
    public internal(set) var approvals: [Approval] = []
    /// The steps, oldest first.
    public internal(set) var history: [Transition] = []
    /// The version that was published of it; another one than `version` after a rollback.
    public var publishedVersion: Int?
    /// What became of its last publication at a time; nil when it did not fail.
    public var failure: Failure?
    /// What each gate said when its version was last to go live, as answers tell it; nil before that.
    public var gates: JSONValue?

    /// A request, which is a draft.
    public init(
        id: ChangeRequestID,
        tenant: TenantID,
        line: ConfigLineID,
        version: Int,
        title: String,
        description: String?,
        publishAt: Timestamp?,
        author: Party
    ) {
        self.id = id
        self.tenant = tenant
        self.line = line
        self.version = version
        self.title = title
        self.description = description
        self.publishAt = publishAt
        self.author = author
    }

    /// Notes that it was made.
    public mutating func begin(at: Timestamp) {
        note(Transition(step: nil, from: nil, to: .draft, party: author, at: at, comment: nil))
    }

    /// Takes a step, which the table allows.
    public mutating func take(
        _ step: Step,
        to target: Status,
        by party: Party,
        at: Timestamp,
        comment: String?
    ) {
        precondition(step.leads(from: status, to: target), "only steps of the table are taken")
        let from = status
        status = target
        note(
            Transition(step: step, from: from, to: target, party: party, at: at, comment: comment)
        )
        if target == .draft || step == .submit { (approvals, gates) = ([], nil) }
    }

    /// Whether it waits for its time, which has come.
    public func isDue(at now: Timestamp) -> Bool {
        status == .scheduled && publishAt.map { $0 <= now } ?? false
    }

    /// What happened to it last, as an event names it.
    public var lastAction: String { history.last?.step?.pastTense ?? "created" }

    /// Adds an approval; the step is noted by `take`.
    public mutating func add(_ approval: Approval) { approvals.append(approval) }

    private mutating func note(_ transition: Transition) {
        history.append(transition)
        if history.count > Self.historyCountMax { history.removeFirst() }
    }
}
