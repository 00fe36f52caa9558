import Ledger

extension JournalError {
    /// Damage in one file, with the place and what an operator can do about it.
    static func damaged(_ file: String, at offset: Int, _ reason: String) -> JournalError {
        JournalError(.damaged, "\(file), offset \(offset): \(reason); \(advice)")
    }

    /// Damage of the folder as a whole.
    static func damaged(_ reason: String) -> JournalError {
        JournalError(.damaged, "\(reason); \(advice)")
    }

    private static let advice =
        "nothing was changed: copy the folder, then restore it from a backup, or check the disk"
}
