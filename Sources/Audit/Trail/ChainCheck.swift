import JSON

/// Follows a chain of records, line by line.
struct ChainCheck {
    /// A line that is a record in its place.
    struct Passed {
        /// The record.
        let record: AuditRecord
        /// Whether it is the first of a batch: what came before it was durable when it was written.
        let beginsBatch: Bool
    }

    /// Why a line is not the next record.
    struct Refusal: Error, Hashable {
        /// Which record it is, or should be.
        let sequence: UInt64
        /// What is wrong.
        let reason: String
    }

    /// The last record that passed; nil before the first, when any may come.
    private(set) var last: AuditHead?
    /// How many passed.
    private(set) var recordCount = 0
    /// Whether hashes are computed anew, and not only compared with each other.
    var isThorough = true

    /// Goes on after `head`; nil takes the first record as it comes.
    init(after head: AuditHead?) { self.last = head }

    private var expected: UInt64 { (last?.sequence ?? 0) + 1 }

    /// Checks that the line is the next record of the chain.
    mutating func take(_ line: [UInt8]) throws(Refusal) -> Passed {
        let record = try read(line)
        if let last {
            try check(record, after: last)
        } else if record.sequence == 1, record.previousHash != HashChain.start {
            throw Refusal(sequence: 1, reason: "the first record names one before it")
        }
        if isThorough, HashChain.hash(of: record.document) != record.hash {
            throw Refusal(sequence: record.sequence, reason: "the hash does not match the record")
        }
        last = AuditHead(sequence: record.sequence, hash: record.hash)
        recordCount += 1
        return Passed(record: record, beginsBatch: line.first == 0x20)
    }

    private func check(_ record: AuditRecord, after last: AuditHead) throws(Refusal) {
        guard record.sequence == expected else {
            let reason = "expected record \(expected), found \(record.sequence)"
            throw Refusal(sequence: expected, reason: reason)
        }
        guard record.previousHash == last.hash else {
            let reason = "previousHash is not the hash of the record before"
            throw Refusal(sequence: record.sequence, reason: reason)
        }
    }

    private func read(_ line: [UInt8]) throws(Refusal) -> AuditRecord {
        do {
            let value = try JSONValue(parsing: line, limits: AuditRecord.limits)
            if let record = value.object.flatMap(AuditRecord.init(_:)) { return record }
        } catch {
            throw Refusal(
                sequence: expected,
                reason: "the line is not JSON (\(error.code.rawValue) at byte \(error.offset))"
            )
        }
        throw Refusal(sequence: expected, reason: "the line is not an audit record")
    }

    /// Whether the line is a record that a later batch began with, whatever came before it.
    static func isStartOfBatch(_ line: [UInt8]) -> Bool {
        guard line.first == 0x20 else { return false }
        var check = ChainCheck(after: nil)
        do {
            _ = try check.take(line)
            return true
        } catch {
            return false
        }
    }
}
