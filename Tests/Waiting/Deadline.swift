/// The end of a test's patience, for a loop that does more than ask.
public struct Deadline: Sendable {
    private let what: String
    private let end: ContinuousClock.Instant

    /// A deadline that begins now, for the thing named.
    public init(_ what: String, within patience: Duration = Wait.patience) {
        self.what = what
        end = .now + patience
    }

    /// Whether there is no time left.
    public var isOver: Bool { ContinuousClock.now >= end }

    /// Goes on while there is time.
    ///
    /// - Throws: `TimeIsUp`.
    public func check() throws {
        if isOver { throw TimeIsUp(what: what) }
    }

    /// Sleeps a little while there is time.
    ///
    /// - Throws: `TimeIsUp`; `CancellationError` when nobody wants the answer any more.
    public func pause(_ duration: Duration = .milliseconds(2)) async throws {
        try check()
        try await Task.sleep(for: duration)
    }
}

/// What a test waited for did not come.
public struct TimeIsUp: Error, CustomStringConvertible {
    /// What was waited for.
    public let what: String
    /// The message of the failed test.
    public var description: String { "waited in vain for: \(what)" }
}
