import Ledger
import LedgerFile
import Platform

/// Where a ledger is, as a command names it.
struct LedgerPlace {
    private enum Kind {
        case folder(String)
        case database(JournalURL)
    }

    private let kind: Kind
    private let ledger: LedgerSettings

    /// The place for the operator: without a password.
    let text: String

    /// Reads a flag of a call.
    init(_ call: Command.Call, _ flag: String) throws(CommandFailure) {
        let rule = "\(flag) must be file:DIR, postgres://…, or env:NAME"
        guard var value = call.arguments.value(of: flag) else { throw .usage(rule) }
        if value.hasPrefix("env:") {
            let name = String(value.dropFirst(4))
            guard let found = call.environment.text(of: name) else {
                throw .usage("\(flag): there is no variable \(name)")
            }
            value = found
        }
        var settings = LedgerSettings()
        if let name = call.arguments.value(of: "--ledger-name") {
            do {
                settings.name = try SettingFormat<String>.ledgerName.fromText(name)
            } catch {
                throw .usage("--ledger-name \(error.detail)")
            }
        }
        ledger = settings
        if value.hasPrefix("file:"), value.utf8.count > 5 {
            let path = String(value.dropFirst(5))
            (kind, text) = (.folder(path), "file:\(path)")
        } else if let url = JournalURL(value) {
            (kind, text) = (.database(url), url.place)
        } else {
            throw .usage(rule)
        }
    }

    /// The ledger, which nothing is read of yet.
    func journal() throws(CommandFailure) -> any Journal {
        switch kind {
        case .folder(let path):
            FileJournal(
                folder: "\(path)/\(LedgerFolder.name)",
                // What is there stays there, however much it is.
                configuration: FileJournal.Configuration(snapshotCount: 1000)
            )
        case .database(let url): try DatabaseJournal.make(url, ledger)
        }
    }

    /// The place for a new ledger.
    func target() throws(CommandFailure) -> any JournalTarget {
        switch kind {
        case .folder(let path): FolderTarget(dataFolder: path, name: LedgerFolder.name)
        case .database(let url): try DatabaseJournal.target(url, ledger)
        }
    }
}
