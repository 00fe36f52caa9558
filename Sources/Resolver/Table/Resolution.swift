public import Model

/// The answer to a question about a capability or an operation, with why.
///
/// Permission and availability are two answers (API section 10): what is allowed may have no
/// winner.
public struct Resolution: Sendable {
    /// The candidates, in the order of rule 4.
    public let candidates: [Candidate]
    /// The workflow that was asked for; nil for none in particular.
    public let workflow: WorkflowName?
    /// Whether it took too long to judge the conditions on the call, which denies it.
    public let isSpent: Bool
    private let winnerPlace: Int?

    /// Chooses among candidates in the order of rule 4: the first that can serve is the winner.
    init(ordered candidates: [Candidate], workflow: WorkflowName?, isSpent: Bool = false) {
        self.isSpent = isSpent
        var candidates = candidates
        winnerPlace = candidates.firstIndex { $0.outcome == .fallback }
        if let winnerPlace { candidates[winnerPlace].outcome = .winner }
        self.candidates = candidates
        self.workflow = workflow
    }

    /// The answer about those of its candidates that are of the resource, and for nothing else.
    public func narrowed(to resource: GrantedResource, _ operation: OperationID) -> Resolution {
        let ordered = candidates.filter { candidate in
            switch resource {
            case .connection(let id): candidate.connectionID == id
            case .slot(let id): candidate.slot == id
            // A candidate without an operation is of none in particular: it tells why.
            case .capability: candidate.operation == operation || candidate.operation == nil
            }
        }
        return Resolution(
            ordered: ordered.map(\.unplaced),
            workflow: workflow,
            isSpent: isSpent
        )
    }

    /// Whether scopes and policies permit the call, by whatever candidate.
    public var isAllowed: Bool { candidates.contains { $0.isPermitted } }
    /// Who serves; nil when nobody is permitted or nobody who is can serve now.
    public var winner: Candidate? { winnerPlace.map { candidates[$0] } }

    /// Who would serve in the winner's place, each connection once, the winner's own left out.
    public var fallbacks: [ConnectionID] {
        var seen: Set<ConnectionID> = []
        if let winner { seen.insert(winner.connectionID) }
        return candidates.filter { $0.outcome == .fallback }
            .map(\.connectionID)
            .filter { seen.insert($0).inserted }
    }

    /// The candidates that may serve, in the order in which they are tried: the winner, then its
    /// fallbacks, each connection once.
    public var servers: [Candidate] {
        var seen: Set<ConnectionID> = []
        return candidates.filter { $0.outcome == .winner || $0.outcome == .fallback }
            .filter { seen.insert($0.connectionID).inserted }
    }

    /// The permitted candidates before the winner, which cannot serve now; all of those that cannot
    /// when there is no winner.
    public var passedOver: [Candidate] {
        candidates.prefix(winnerPlace ?? candidates.count).filter { $0.outcome == .unavailable }
    }

    /// Whether some binding to the connection is permitted, winner or not (API section 5).
    public func permits(_ connection: ConnectionID) -> Bool {
        candidates.contains { $0.isPermitted && $0.connectionID == connection }
    }

    /// Whether some candidate is permitted whose own operation it is.
    public func permits(_ operation: OperationID) -> Bool {
        candidates.contains { $0.isPermitted && $0.operation == operation }
    }

    /// Whether some candidate of the slot is permitted.
    public func permits(_ slot: SlotID) -> Bool {
        candidates.contains { $0.isPermitted && $0.slot == slot }
    }
}
