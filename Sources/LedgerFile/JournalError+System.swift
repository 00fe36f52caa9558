import Ledger
import Platform

extension JournalError {
    /// What a failed system call means to a journal.
    init(_ error: SystemError) {
        switch error.fileFailure {
        case .full: self.init(.full, error.message)
        case .readOnly: self.init(.readOnly, error.message)
        case .other: self.init(.unavailable, error.message)
        }
    }

    /// Does `work`, with its failure as a journal's.
    static func translating<Value: ~Copyable>(
        _ work: () throws(SystemError) -> Value
    ) throws(JournalError) -> Value {
        do {
            return try work()
        } catch {
            throw JournalError(error)
        }
    }
}
