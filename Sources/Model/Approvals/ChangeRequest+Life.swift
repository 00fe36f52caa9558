extension ChangeRequest {
    /// Where a request stands.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Being prepared.
        case draft = "Draft"
        /// Submitted, and not yet decided.
        case inReview = "InReview"
        /// May go live.
        case approved = "Approved"
        /// May not.
        case rejected = "Rejected"
        /// Goes live at its time.
        case scheduled = "Scheduled"
        /// Is live, or was.
        case applied = "Applied"
        /// Was given up.
        case cancelled = "Cancelled"

        /// Whether nothing comes after it.
        public var isOver: Bool { self == .applied || self == .cancelled }
        /// Whether it waits for a decision, or for what was decided.
        public var isSubmitted: Bool {
            switch self {
            case .inReview, .approved, .scheduled: true
            case .draft, .rejected, .applied, .cancelled: false
            }
        }
    }

    /// What moves a request: the one table of its life.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// Asks for approvals of the content as it is, on the base as it is.
        case submit
        /// Says yes; the last yes that was wanting makes it approved.
        case approve
        /// Says no.
        case reject
        /// Gives it a time, or another one.
        case schedule
        /// Takes its time away.
        case unschedule
        /// Makes it live.
        case apply
        /// Gives it up.
        case cancel
        /// The content was changed under it.
        case reset
        /// At its time it could not be published for the moment.
        case postpone
        /// At its time a gate refused it.
        case fail

        /// What an event about it is named.
        var pastTense: String {
            switch self {
            case .submit: "submitted"
            case .approve: "approved"
            case .reject: "rejected"
            case .schedule: "scheduled"
            case .unschedule: "unscheduled"
            case .apply: "applied"
            case .cancel: "cancelled"
            case .reset: "reset"
            case .postpone: "postponed"
            case .fail: "failed"
            }
        }

        /// Where it may start.
        public var sources: Set<Status> {
            switch self {
            case .submit: [.draft, .inReview, .approved, .rejected]
            case .approve: [.inReview, .approved, .scheduled]
            case .reject: [.inReview, .approved, .scheduled]
            case .schedule: [.approved, .scheduled]
            case .unschedule, .postpone, .fail: [.scheduled]
            case .apply: [.approved, .scheduled]
            case .cancel: [.draft, .inReview, .approved, .rejected, .scheduled]
            case .reset: [.inReview, .approved, .scheduled]
            }
        }

        /// Where it may lead.
        public var targets: Set<Status> {
            switch self {
            case .submit: [.inReview]
            case .approve: [.inReview, .approved, .scheduled]
            case .reject: [.rejected]
            case .schedule, .postpone: [.scheduled]
            case .unschedule, .fail: [.approved]
            case .apply: [.applied]
            case .cancel: [.cancelled]
            case .reset: [.draft]
            }
        }

        /// Whether the table has a step from one to the other; a yes never leads back.
        public func leads(from source: Status, to target: Status) -> Bool {
            guard sources.contains(source), targets.contains(target) else { return false }
            guard self == .approve, source != target else { return true }
            return source == .inReview && target == .approved
        }
    }
}
