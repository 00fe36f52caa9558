import JSON
import Model

/// Folds a snapshot and the log behind it up to a revision, for one tenant.
struct PastFold {
    /// What came of it.
    enum Found: Sendable {
        case state(State)
        case notKept(oldest: UInt64)
    }

    private let key: PastStates.Key
    private let interest: Interest
    private var state = State()

    private init(_ key: PastStates.Key) {
        self.key = key
        interest = Interest(tenant: key.tenant)
    }

    /// Reads until the revision is over.
    static func run(
        _ key: PastStates.Key,
        in history: any JournalHistory
    ) throws(JournalError) -> Found {
        var fold = PastFold(key)
        guard let start = try fold.readSnapshot(in: history) else {
            let oldest = try history.snapshotPositions.first
                .map { (position) throws(JournalError) in
                    try SnapshotHead.revision(of: position, in: history)
                }
            return .notKept(oldest: oldest ?? 0)
        }
        try history.forEachRecord(after: start) { (record) throws(JournalError) in
            try fold.read(record)
        }
        fold.state.revision = key.revision
        return .state(fold.state)
    }

    /// Reads the newest snapshot that is not newer than the revision.
    ///
    /// - Returns: The position that it covers; 0 when the log has its beginning still; nil when all
    ///   that is kept is newer.
    private mutating func readSnapshot(
        in history: any JournalHistory
    ) throws(JournalError) -> UInt64? {
        for position in history.snapshotPositions.reversed() {
            var hasHead = false
            var isOlder = true
            try history.forEachLine(ofSnapshot: position) { (line) throws(JournalError) in
                guard hasHead else {
                    hasHead = true
                    isOlder = try SnapshotHead.revision(line) <= key.revision
                    return isOlder
                }
                try read(line: line)
                return true
            }
            guard isOlder else { continue }
            state.position = position
            return position
        }
        return history.firstPosition == 1 ? 0 : nil
    }

    private mutating func read(line: [UInt8]) throws(JournalError) {
        guard interest.covers(line) else { return }
        do {
            let change = try Change(try JSONValue(parsing: line, limits: .stored))
            if interest.covers(change) { state.apply(change, at: .earliest) }
        } catch let error as ChangeError {
            throw JournalError(.damaged, "the snapshot can't be used: \(error.detail)")
        } catch {
            throw JournalError(.damaged, "a line of the snapshot is not JSON")
        }
    }

    /// Takes a record; false when it is of a later revision.
    private mutating func read(_ record: JournalRecord) throws(JournalError) -> Bool {
        if interest.covers(record.payload) {
            let entry = try LoggedEntry(record).entry
            guard entry.revision <= key.revision else { return false }
            for change in entry.changes where interest.covers(change) {
                state.apply(change, at: entry.at)
            }
        } else if let revision = LogEntry.revision(of: record.payload), revision > key.revision {
            return false
        }
        state.position = record.position
        return true
    }
}

/// What of the log a past state of one tenant is made of.
///
/// Most lines are of other tenants: looking for the tenant's name in the bytes takes a tenth of
/// reading them as JSON.
private struct Interest {
    private let tenant: TenantID
    private let needles: [Needle]

    init(tenant: TenantID) {
        self.tenant = tenant
        let kinds = ["spec", "blueprint", "policy"].map { "\"kind\":\"\($0)\"" }
        needles = (["\"\(tenant.text)\""] + kinds).map { Needle($0) }
    }

    /// Whether the text may hold something of it; no when it surely does not.
    func covers(_ text: [UInt8]) -> Bool { needles.contains { $0.stands(in: text) } }

    func covers(_ change: Change) -> Bool {
        switch change {
        case .putSpec, .removeSpec, .putBlueprint, .removeBlueprint: true
        case .putPolicy(let owner, _), .removePolicy(let owner, _): owner == nil || owner == tenant
        case .putConnection(let connection): connection.value.tenant == tenant
        case .putChangeRequest(let request): request.value.tenant == tenant
        case .putConfigVersion(let version): version.value.config.tenant == tenant
        case .removeConnection(let owner, _), .putHealth(let owner, _, _),
            .putOverlap(let owner, _, _), .removeOverlap(let owner, _),
            .removeConfigVersion(let owner, _, _), .addTransition(let owner, _, _),
            .putEntity(let owner, _), .removeEntity(let owner, _), .putWebhook(let owner, _),
            .removeWebhook(let owner, _), .putApprovalPolicy(let owner, _),
            .removeApprovalPolicy(let owner, _), .removeChangeRequest(let owner, _):
            owner == tenant
        case .putCredential, .removeCredential, .putIdempotency, .expireIdempotency,
            .removeIdempotency, .anchorAudit, .receiveWebhook, .rememberWebhooks, .putLease,
            .putWebhookFailing, .putAlertDelivery, .putAlertMark, .putAlertLease, .putSecret,
            .removeSecret:
            false
        }
    }
}
