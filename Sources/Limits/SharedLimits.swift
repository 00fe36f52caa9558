/// Limits that hold over all replicas together, counted in one place by one clock.
///
/// A replica leases a few calls at once and hands them out by itself; what it did not use it gives
/// back. So the place is not asked for each call, the calls of all never exceed a limit, and what they
/// may fall short of it by is what is leased and not used (ADR 0021).
public protocol SharedLimits: Sendable {
    /// Grants calls, up to what all limits of the connection have left; atomic over them.
    ///
    /// When the outcome is lost with the connection, the calls may have been granted: they are then
    /// used by nobody.
    ///
    /// - Parameters:
    ///   - lease: What is asked for, and given back.
    ///   - timeout: How long it may take.
    /// - Returns: What was granted; no calls when a limit is reached.
    /// - Throws: `SharedLimitsFailure` when the place cannot be asked in time.
    func lease(
        _ lease: LimitLease,
        within timeout: Duration
    ) async throws(SharedLimitsFailure) -> LimitGrant

    /// Ends the connections; what is asked for later fails.
    func close() async
}

/// Why nothing could be leased: the place cannot be asked.
public struct SharedLimitsFailure: Error, Sendable {
    /// What went wrong, for the operator; never sent to a client.
    public let detail: String

    /// A failure.
    public init(_ detail: String) { self.detail = detail }
}
