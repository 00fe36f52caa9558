import Foundation
import Platform

/// The database that `scripts/postgres run` has started.
enum SharedDatabase {
    static let url = ProcessInfo.processInfo.environment["BINDERY_TEST_POSTGRES"]

    /// The name of a ledger that nobody has.
    static func newLedger() -> String { "blackbox-\(Hex.encode(Random.bytes(count: 6)))" }
}

extension BinderyServer {
    /// A replica that is not started yet, with a data folder of its name.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - ledger: the ledger that it shares.
    ///   - folder: where its data folder is.
    ///   - flags: what it is started with beside the ledger's name.
    ///   - secrets: the variables that it has beside the journal and the key.
    convenience init(
        replica name: String,
        of ledger: String,
        in folder: TemporaryFolder,
        flags: [String] = [],
        secrets: [String: String] = ["BINDERY_SECRET_A": "{\"apiKey\":\"key-of-the-provider\"}"]
    ) {
        let own = [
            "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
            "BINDERY_JOURNAL": SharedDatabase.url ?? "",
        ]
        self.init(
            in: folder,
            dataFolder: name,
            flags: ["--ledger-name", ledger] + flags,
            variables: own.merging(secrets) { own, _ in own }
        )
    }
}
