import Model
import Synchronization

/// Counts the streams of one kind that are open, in all and of each tenant.
final class StreamSlots: Sendable {
    private struct Counts {
        var total = 0
        var tenants: [TenantID: Int] = [:]
    }

    private let what: String
    private let countMax: Int
    private let tenantCountMax: Int
    private let counts = Mutex(Counts())

    /// Bounds for streams that are called `what` in errors.
    init(what: String, countMax: Int, tenantCountMax: Int) {
        self.what = what
        self.countMax = countMax
        self.tenantCountMax = tenantCountMax
    }

    /// How many are open.
    var count: Int { counts.withLock { $0.total } }

    /// Takes a place, which is free again when the slot is let go of.
    ///
    /// - Parameter tenant: The tenant whose key asks; nil for the platform's.
    /// - Returns: The place.
    /// - Throws: `TOO_MANY_STREAMS`: 429 when the tenant has as many as it may, 503 when all have.
    func enter(_ tenant: TenantID?) throws(CommandError) -> Slot {
        enum Verdict { case entered, full, tenantFull }
        let verdict = counts.withLock { counts -> Verdict in
            if let tenant, (counts.tenants[tenant] ?? 0) >= tenantCountMax { return .tenantFull }
            guard counts.total < countMax else { return .full }
            counts.total += 1
            if let tenant { counts.tenants[tenant, default: 0] += 1 }
            return .entered
        }
        switch verdict {
        case .entered: return Slot(slots: self, tenant: tenant)
        case .full: throw refusal(.unavailable, "\(countMax) \(what) are open already.")
        case .tenantFull:
            throw refusal(.limited, "The tenant has \(tenantCountMax) \(what) open already.")
        }
    }

    private func refusal(_ kind: CommandError.Kind, _ detail: String) -> CommandError {
        CommandError(kind, "TOO_MANY_STREAMS", detail, retryAfterSeconds: 5)
    }

    private func leave(_ tenant: TenantID?) {
        counts.withLock { counts in
            counts.total -= 1
            guard let tenant else { return }
            let count = (counts.tenants[tenant] ?? 0) - 1
            counts.tenants[tenant] = count == 0 ? nil : count
        }
    }

    /// A place that is taken.
    ///
    /// An object, because a stream may never be begun: then nobody is there to give it back but the
    /// end of the last reference.
    final class Slot: Sendable {
        private let slots: StreamSlots
        private let tenant: TenantID?

        fileprivate init(slots: StreamSlots, tenant: TenantID?) {
            self.slots = slots
            self.tenant = tenant
        }

        deinit { slots.leave(tenant) }
    }
}
