public import Ledger

/// Where a kind of journal is tried: an empty storage of its own for each rule.
public protocol JournalBed: Sendable {
    /// A journal on the bed's storage that was not loaded yet, as after a restart.
    func makeJournal() -> any Journal
}

extension JournalBed {
    /// Loads a new journal, and gathers what it hands out.
    func open() throws(JournalError) -> LoadedJournal {
        try LoadedJournal(makeJournal())
    }

    /// What a new journal finds, which is closed at once.
    func contents() async throws(JournalError) -> LoadedJournal {
        let loaded = try open()
        await loaded.journal.close()
        return loaded
    }
}
