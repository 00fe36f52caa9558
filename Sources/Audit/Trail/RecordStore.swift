/// Where the lines of the trail are kept.
protocol RecordStore: Sendable {
    /// Keeps a batch of lines, of which the first has the sequence `first`; durable when it returns.
    ///
    /// - Returns: Where each line stands, in order.
    func append(_ lines: [[UInt8]], first: UInt64) async throws(AuditError) -> [RecordPlace]

    /// The records at these places, in order, as far as `keep` wants them; no more than `countMax`.
    func records(
        at places: [RecordPlace],
        countMax: Int,
        keep: @escaping @Sendable (AuditRecord) -> Bool
    ) async throws(AuditError) -> [AuditRecord]

    /// Walks the lines of the first segment whose first record is behind `sequence`, until `visit`
    /// answers false.
    ///
    /// No segment is removed while one is walked, but between two.
    ///
    /// - Returns: The sequence of the segment's first record; nil when there is no such segment.
    func walk(
        behind sequence: UInt64,
        _ visit: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(AuditError) -> UInt64?

    /// The oldest records that have to go; nil when all may stay.
    func removal(_ retention: AuditRetention) async throws(AuditError) -> AuditRemoval?

    /// Removes the segments up to the record `last`, after `mark`, which is called when it is durable
    /// that they go.
    func remove(
        through last: AuditHead,
        _ mark: @escaping @Sendable () -> Void
    ) async throws(AuditError)

    /// The sequence of the oldest record kept.
    var oldestSequence: UInt64 { get }

    /// Lets go of files; `append` fails from then on.
    func close() async

    /// Where `append` works, when that is a thread of its own: a task that prefers it appends without
    /// a change of threads.
    var appendExecutor: (any TaskExecutor)? { get }
}

extension AuditRecord {
    /// The record of a line that was kept; the line was checked before it was kept.
    static func kept(_ line: [UInt8], in place: String) throws(AuditError) -> AuditRecord {
        var check = ChainCheck(after: nil)
        do {
            return try check.take(line).record
        } catch {
            throw AuditError(.damaged, "\(place): record \(error.sequence): \(error.reason)")
        }
    }
}
