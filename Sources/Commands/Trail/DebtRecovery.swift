public import Audit
import JSON
public import Ledger
public import Model

/// Writes the audit records that entries of the ledger owe and that nobody is about to write any more:
/// what was in flight when a process was killed, and what the trail could not take.
///
/// A record that the trail has is not written again: those that came behind the entry are compared. So
/// however often it is broken off, each change ends with one record.
public struct DebtRecovery: Sendable {
    /// The most entries that are made good together.
    static let entryCountMax = 512

    /// What it came to.
    public struct Outcome: Sendable {
        /// The entries that were looked at.
        public var entries: [OwingEntry] = []
        /// The records that were written.
        public var writtenCount = 0
        /// Those of them without their objects.
        public var bareCount = 0

        /// Nothing was owed.
        public init() {}
    }

    private let ledger: Ledger
    private let audit: AuditTrail
    private let environments: [Environment]

    /// A recovery of what a ledger's entries owe to a trail.
    public init(_ ledger: Ledger, _ audit: AuditTrail, _ environments: [Environment]) {
        (self.ledger, self.audit, self.environments) = (ledger, audit, environments)
    }

    /// Writes what is missing; durable when it returns.
    ///
    /// - Parameter entries: The entries, in the order of the log.
    /// - Returns: What was written; the entries owe nothing any more, which the ledger is to be told.
    /// - Throws: `AuditError` when the trail can't be read or written; `HistoryError` when the log can't
    ///   be read. What was not written is owed still.
    public func run(_ entries: [OwingEntry]) async throws -> Outcome {
        var outcome = Outcome()
        var rest = entries[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.entryCountMax))
            rest = rest.dropFirst(part.count)
            try await write(part, &outcome)
        }
        return outcome
    }

    private func write(_ entries: [OwingEntry], _ outcome: inout Outcome) async throws {
        var missing = try await missing(of: entries)
        let positions = Set(missing.map(\.entry.position))
        let objects = try await objects(of: missing, positions)
        for index in missing.indices {
            let record = missing[index]
            let whole = objects[record.entry.position]?[record.index]
            if let whole { missing[index].draft = whole }
            missing[index].draft.recovery = whole == nil ? .withoutObjects : .whole
        }
        for record in missing { try await append(record.draft, &outcome) }
        outcome.entries += entries
    }

    private func append(
        _ draft: AuditDraft,
        _ outcome: inout Outcome
    ) async throws(AuditError) {
        var draft = draft
        do throws(AuditError) {
            _ = try await audit.append(draft)
        } catch  where error.code == .recordTooLarge {
            (draft.before, draft.after, draft.recovery) = (nil, nil, .withoutObjects)
            _ = try await audit.append(draft)
        }
        outcome.writtenCount += 1
        if draft.recovery == .withoutObjects { outcome.bareCount += 1 }
    }

    /// A record that an entry owes, by its place among those of the entry.
    private struct Missing {
        let entry: OwingEntry
        let index: Int
        var draft: AuditDraft
    }

    /// The records that the trail does not have.
    private func missing(of entries: [OwingEntry]) async throws(AuditError) -> [Missing] {
        let owed = entries.flatMap { entry in
            entry.records.records.enumerated()
                .compactMap { index, own -> Missing? in
                    let common = entry.records.common
                    return AuditDraft(owed: common, own, at: entry.at)
                        .map { Missing(entry: entry, index: index, draft: $0) }
                }
        }
        let behind = entries.map(\.records.behind).min() ?? 0
        var told: [TenantID?: [AuditRecord]] = [:]
        for tenant in Set(owed.map(\.draft.tenant)) {
            told[tenant] = try await records(tenant, behind: behind, like: owed.map(\.draft))
        }
        var missing: [Missing] = []
        for record in owed {
            let found = told[record.draft.tenant]?.firstIndex { record.draft.isTold(by: $0) }
            guard let found else {
                missing.append(record)
                continue
            }
            // Two records that say the same are two records.
            told[record.draft.tenant]?.remove(at: found)
        }
        return missing
    }

    /// The tenant's records behind one that may tell of these.
    private func records(
        _ tenant: TenantID?,
        behind: UInt64,
        like drafts: [AuditDraft]
    ) async throws(AuditError) -> [AuditRecord] {
        let own = drafts.filter { $0.tenant == tenant }
        var filter = AuditFilter()
        filter.since = own.map(\.occurredAt).min()
        filter.until = own.map(\.occurredAt).max().map { $0 + .milliseconds(1) }
        let through = audit.head.sequence
        var records: [AuditRecord] = []
        var after: UInt64? = behind
        while let start = after {
            let page = try await audit.records(
                tenant: tenant,
                filter: filter,
                after: start,
                through: through
            )
            records += page.items.filter { record in own.contains { $0.isTold(by: record) } }
            after = page.next
        }
        return records
    }

    /// The records with their objects, by the entry's place in the log and their own in the entry.
    private func objects(
        of missing: [Missing],
        _ positions: Set<UInt64>
    ) async throws(HistoryError) -> [UInt64: [Int: AuditDraft]] {
        let records = Dictionary(grouping: missing, by: \.entry.position)
        let environments = environments
        return try await ledger.surroundings(
            of: positions,
            tenants: Set(missing.compactMap(\.draft.tenant))
        ) { position, before, entry, after in
            let objects = OwedObjects(
                before: before,
                entry: entry,
                after: after,
                environments: environments
            )
            return Dictionary(
                uniqueKeysWithValues: (records[position] ?? [])
                    .map { record in
                        var draft = record.draft
                        objects.fill(&draft, record.entry.records.records[record.index])
                        return (record.index, draft)
                    }
            )
        }
    }
}
