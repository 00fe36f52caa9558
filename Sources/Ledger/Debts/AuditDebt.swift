import Synchronization

/// What a process knows of the entries that it made and that owe records: which it is about to settle,
/// and which it has settled without the log knowing it yet.
final class AuditDebtBook: Sendable {
    private struct Content {
        var next: UInt64
        var inFlight: Set<UInt64> = []
        /// Settled, and in the next entry that is made.
        var settled: Set<UInt64> = []
    }

    let writer: AuditWriter
    private let content: Mutex<Content>

    /// The book of a process that goes on with a log: its numbers are higher than those that owe.
    init(_ writer: AuditWriter, _ debts: AuditDebts) {
        self.writer = writer
        let last = debts[writer].map(\.number).max() ?? 0
        content = Mutex(Content(next: last + 1))
    }

    /// A debt of its own.
    func open() -> AuditDebt {
        let number = content.withLock { content in
            defer { content.next += 1 }
            content.inFlight.insert(content.next)
            return content.next
        }
        return AuditDebt(number, in: self)
    }

    fileprivate func close(_ number: UInt64, isSettled: Bool) {
        content.withLock { content in
            guard content.inFlight.remove(number) != nil else { return }
            if isSettled { content.settled.insert(number) }
        }
    }

    /// Notes that the trail has the records of entries that nobody was at any more.
    func settle(_ numbers: some Sequence<UInt64>) {
        content.withLock { $0.settled.formUnion(numbers) }
    }

    /// Those entries that owe and that nobody of this process is at.
    func abandoned(_ debts: AuditDebts) -> [OwingEntry] {
        let entries = debts[writer]
        guard !entries.isEmpty else { return [] }
        return content.withLock { content in
            entries.filter { entry in
                !content.inFlight.contains(entry.number) && !content.settled.contains(entry.number)
            }
        }
    }

    /// Whether something was settled that the log does not know of.
    var hasSettled: Bool { content.withLock { !$0.settled.isEmpty } }

    /// What is settled of what a state owes.
    func settled(of debts: AuditDebts) -> [ClosedRange<UInt64>] {
        let numbers = content.withLock { content in
            content.settled.isEmpty
                ? [] : debts[writer].map(\.number).filter { content.settled.contains($0) }
        }
        return numbers.sorted()
            .reduce(into: []) { ranges, number in
                if let last = ranges.last, last.upperBound + 1 == number {
                    ranges[ranges.count - 1] = last.lowerBound...number
                } else {
                    ranges.append(number...number)
                }
            }
    }

    /// Forgets what was settled and is known to the log.
    func forget(settledIn debts: AuditDebts) {
        content.withLock { content in
            guard !content.settled.isEmpty else { return }
            content.settled.formIntersection(debts[writer].map(\.number))
        }
    }
}

/// The audit records that a write owes, from its plan until they are in the trail.
///
/// Whoever drops it unsettled, since the trail could not be written or it is not known what became of
/// the write, leaves the records to `Ledger.abandonedDebts`.
public final class AuditDebt: Sendable {
    let number: UInt64
    private let book: AuditDebtBook

    fileprivate init(_ number: UInt64, in book: AuditDebtBook) {
        (self.number, self.book) = (number, book)
    }

    /// The trail has all of the records; the log is told with the next entry.
    public func settle() { book.close(number, isSettled: true) }

    deinit { book.close(number, isSettled: false) }
}

/// Keeps the debt of a plan, which may run more than once.
final class DebtHolder: Sendable {
    private let content = Mutex<AuditDebt?>(nil)

    /// Hands the debt on, when no plan will run any more: whoever holds the plan still holds no debt.
    func take() -> AuditDebt? {
        content.withLock { content in
            defer { content = nil }
            return content
        }
    }

    /// The plan's debt, opened when it first owes something.
    func opened(in book: AuditDebtBook) -> AuditDebt {
        content.withLock { content in
            if let content { return content }
            let debt = book.open()
            content = debt
            return debt
        }
    }
}
