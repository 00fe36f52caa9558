import Ledger
import Model
import Platform
import Synchronization

/// Which of several processes on one log does a work that one alone should do, such as to check
/// connections: the one that holds the work's lease in it.
///
/// The holder renews it every `renewal`; who has seen no renewal for `term`, by a clock of its own,
/// takes it. So when the holder dies another process takes over within `term` and a renewal, 40 s,
/// and a holder that was cut off stops by its own clock before that. A holder that ends in order
/// gives it back, which is seen at once. A process with a log of its own always holds it.
final class WorkLease: Sendable {
    /// How often it is renewed, or looked at.
    static let renewal = Duration.seconds(10)
    /// How long it lasts without a renewal.
    static let term = Duration.seconds(30)

    private struct Content {
        /// Until when this process holds it.
        var heldUntil: MonotonicInstant?
        /// What was last seen of it, and since when.
        var seen: LedgerLease?
        var seenAt = MonotonicInstant(nanoseconds: 0)
    }

    private let ledger: Ledger
    /// Its name in the log.
    private let name: String
    private let holder: String
    private let now: @Sendable () -> MonotonicInstant
    private let content = Mutex(Content())

    init(
        _ ledger: Ledger,
        named name: String,
        holder: String = UUIDv7.make(now: WallClock.milliseconds()),
        now: @escaping @Sendable () -> MonotonicInstant = { MonotonicClock.now }
    ) {
        self.ledger = ledger
        self.name = name
        self.holder = holder
        self.now = now
    }

    /// Whether this process does the work.
    var isHeld: Bool {
        guard ledger.following != nil else { return true }
        let now = now()
        return content.withLock { $0.heldUntil.map { now < $0 } ?? false }
    }

    /// Renews it, or takes it when nobody else seems to hold it.
    func look() async {
        guard let following = ledger.following else { return }
        let start = now()
        let current = ledger.state.leases[name]
        let mayHave = content.withLock { content in
            if content.seen != current {
                (content.seen, content.seenAt) = (current, start)
            }
            guard let current, !current.holder.isEmpty, current.holder != holder else {
                return true
            }
            content.heldUntil = nil
            return start - content.seenAt >= Self.term
        }
        // A log that can't be followed shows no renewals: that nobody made one is not known.
        guard mayHave, following.isConnected else { return }
        let next = LedgerLease(holder: holder, term: (current?.term ?? 0) + 1)
        guard await put(next, over: current) else { return }
        content.withLock { $0.heldUntil = start + Self.term }
    }

    /// Gives it back.
    func giveBack() async {
        let current = ledger.state.leases[name]
        content.withLock { $0.heldUntil = nil }
        guard let following = ledger.following, following.isConnected, let current,
            current.holder == holder
        else { return }
        _ = await put(LedgerLease(holder: "", term: current.term + 1), over: current)
    }

    /// Whether the lease was still `old` and is `new` now.
    private func put(_ new: LedgerLease, over old: LedgerLease?) async -> Bool {
        do {
            let result = try await ledger.commit(
                actor: .system(name),
                now: Timestamp(milliseconds: WallClock.milliseconds())
            ) { [name] (state, _) throws(Never) in
                guard state.leases[name] == old else { return Ledger.Plan([], answer: false) }
                return Ledger.Plan([.putLease(name, new)], answer: true)
            }
            return result.answer
        } catch {
            // The log can't be written: nobody else takes it either, and the time runs out.
            return false
        }
    }
}
