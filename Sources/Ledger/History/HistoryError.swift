/// Why a part of the past can't be shown.
public enum HistoryError: Error, Sendable, Hashable {
    /// Retention has removed it.
    case notKept(oldest: UInt64)
    /// It has not come yet.
    case inFuture(newest: UInt64)
    /// As many wait for the past as may.
    case overloaded
    /// The journal can't be read; `detail` is for the operator.
    case failed(detail: String)

    init(_ error: JournalError) { self = .failed(detail: error.detail) }
}
