import Ledger
import Platform

/// Writes snapshots: a value of its queue, so that an append never waits for one.
struct SnapshotWriter {
    private let disk: any LogDisk
    private let snapshotCount: Int
    private var isClosed = false

    init(disk: any LogDisk, snapshotCount: Int) {
        self.disk = disk
        self.snapshotCount = snapshotCount
    }

    /// Writes the source to a temporary file, gives it its name, then removes what is too old.
    func save(_ source: any SnapshotSource) throws(JournalError) {
        if isClosed { throw FileJournal.Phase.isClosed }
        let name = LogFileName.snapshot(source.position)
        let temporary = name + LogFileName.temporarySuffix
        do {
            try write(source, to: temporary)
            try JournalError.translating { () throws(SystemError) in
                try disk.rename(temporary, to: name)
                try disk.sync()
            }
        } catch {
            throw removing(temporary, after: error)
        }
        try Retention(disk: disk, snapshotCount: snapshotCount).apply()
    }

    /// Later calls of `save` throw.
    mutating func close() {
        isClosed = true
    }

    private func write(
        _ source: any SnapshotSource,
        to name: String
    ) throws(JournalError) {
        let sink = try SnapshotSink(disk, name)
        try sink.add(Array(SnapshotText.header(position: source.position).utf8))
        try source.forEachLine { (line) throws(JournalError) in try sink.add(line) }
        try sink.finish()
    }

    /// A failed snapshot must not keep the space whose lack may have made it fail.
    private func removing(_ name: String, after error: JournalError) -> JournalError {
        do {
            let names = try disk.names()
            if names.contains(name) { try disk.remove(name) }
            return error
        } catch let second {
            return JournalError(error.code, "\(error.detail); then \(second.message)")
        }
    }
}
