import Ledger

/// Breaks the rule unless `work` throws a journal's error with `code`.
@discardableResult
func requireFailure(
    _ code: JournalError.Code,
    _ what: String,
    of work: () async throws(JournalError) -> Void
) async throws(RuleBroken) -> JournalError {
    do {
        try await work()
    } catch {
        try require(error.code, equals: code, "\(what) (\(error.detail))")
        return error
    }
    throw RuleBroken(description: "\(what): nothing was thrown, expected \(code)")
}
