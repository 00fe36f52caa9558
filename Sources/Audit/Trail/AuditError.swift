import Platform

/// Why the audit trail did not do what was asked.
public struct AuditError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: Hashable, Sendable {
        /// No space is left.
        case full
        /// The folder may not be written to.
        case readOnly
        /// The system failed to read or write.
        case system
        /// A file holds what the trail did not write, beyond what a crash explains.
        case damaged
        /// More records wait to be written than may; nothing was written.
        case overloaded
        /// The record is larger than `AuditRecord.byteCountMax`; nothing was written.
        case recordTooLarge
        /// The part of the trail that was asked for is being read since the start: try again.
        case starting
        /// The trail was closed.
        case closed
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// What went wrong, for the operator: names files and lines, never what a record holds.
    public let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// A failed system call.
    init(_ error: SystemError) {
        switch error.fileFailure {
        case .full: self.init(.full, error.message)
        case .readOnly: self.init(.readOnly, error.message)
        case .other: self.init(.system, error.message)
        }
    }

    /// Makes system calls, and translates their failure.
    static func translating<Value>(
        _ calls: () throws(SystemError) -> Value
    ) throws(AuditError) -> Value {
        do throws(SystemError) {
            return try calls()
        } catch {
            throw AuditError(error)
        }
    }
}
