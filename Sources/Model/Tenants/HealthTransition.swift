/// A change of a connection's status of health.
public struct HealthTransition: Sendable, Hashable {
    /// The most that are kept of a connection; the oldest go first.
    public static let countMax = 80

    /// When the check began that found it.
    public let at: Timestamp
    /// The status before.
    public let from: ConnectionHealth.Status
    /// The status after.
    public let to: ConnectionHealth.Status
    /// Why the check failed; nil when it succeeded.
    public let errorCode: String?

    /// A transition.
    public init(
        at: Timestamp,
        from: ConnectionHealth.Status,
        to: ConnectionHealth.Status,
        errorCode: String?
    ) {
        (self.at, self.from, self.to, self.errorCode) = (at, from, to, errorCode)
    }
}

/// When a connection that comes and goes is held back from being called healthy.
///
/// Damping holds back `healthy` alone: what fails `unhealthyAfter` times in a row is taken out of
/// service however often it did so before.
public enum FlapDamping {
    /// More changes of status than this within `window` are flapping.
    public static let transitionCountMax = 5
    /// The time in which changes of status are counted.
    public static let window = Duration.seconds(1800)
    /// How long no check may fail before a connection that flapped is healthy again.
    public static let stableTime = Duration.seconds(600)
}

extension ConnectionHealth {
    /// The transition that the last check made; nil when it made none.
    ///
    /// Told from the health alone, so that whoever reads the log sees which entries are transitions.
    public var newTransition: HealthTransition? {
        guard let last = transitions.last, last.at == checkedAt else { return nil }
        return last
    }

    /// Whether it changed so often of late that a success does not make it healthy.
    public func isFlapping(at now: Timestamp) -> Bool {
        guard status != .healthy, let lastFailureAt, now - lastFailureAt < FlapDamping.stableTime
        else { return false }
        // The first check of all is no change of mind.
        let changes = transitions.reversed()
            .prefix { now - $0.at < FlapDamping.window }
            .filter { $0.from != .unknown }
        return changes.count > FlapDamping.transitionCountMax
    }

    /// Nothing known, as of a connection with another secret; the history stays.
    public var forgotten: ConnectionHealth {
        var next = ConnectionHealth.unknown
        next.transitions = transitions
        return next
    }

    /// Adds the change from `old`, if it is one.
    mutating func note(changeFrom old: Status, at now: Timestamp) {
        guard old != status else { return }
        transitions.append(
            HealthTransition(at: now, from: old, to: status, errorCode: errorCode)
        )
        let surplus = transitions.count - HealthTransition.countMax
        if surplus > 0 { transitions.removeFirst(surplus) }
    }
}
