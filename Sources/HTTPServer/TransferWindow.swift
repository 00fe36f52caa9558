import Platform

/// A stretch of time in which a client must send or take so many bytes.
struct TransferWindow {
    /// When it began.
    var start = MonotonicInstant(nanoseconds: 0)
    /// What waited for the client then, in the outbox and in the kernel.
    var waitingByteCount = 0
    /// What had been put into the outbox by then, since the connection began.
    var appendedByteCount = 0
}
