import Commands
import Ledger
import Model
import Platform
import Secrets

/// Seals the signing secrets of webhooks: under the operator's master key, or, where none is
/// configured and one process owns the data, under a key of this installation's own.
///
/// A signing secret is Bindery's, not a provider's: with it one can forge alerts, and nothing else.
/// Secrets of connections are never sealed by the installation's key.
struct WebhookSealing: SecretSealing {
    /// The name of the key's file in the data folder; readable by its owner alone.
    static let fileName = "webhooks.key"

    private let master: LocalSecretStore?
    private let own: LocalSecretStore?

    /// Reads the keys, and makes the installation's own where it is needed and missing.
    ///
    /// - Throws: One line that says what cannot be read or written.
    init(
        _ settings: Settings,
        _ master: LocalSecretStore?,
        _ ledger: Ledger
    ) throws(CommandFailure) {
        self.master = master
        let path = settings.dataFolder + "/" + Self.fileName
        var isReplica = false
        if case .postgres = settings.journal { isReplica = true }
        if master == nil, !isReplica { try Self.make(path, in: settings.dataFolder) }
        guard !isReplica, FileStamp(path) != nil else {
            own = nil
            return
        }
        do throws(SecretsSetupError) {
            own = try LocalSecretStore(.keyFile(path), source: LedgerSecrets(ledger))
        } catch {
            throw .failed("\(path): \(error.detail)")
        }
    }

    /// Whether there is a key at all.
    var isConfigured: Bool { master != nil || own != nil }

    private static func make(_ path: String, in folder: String) throws(CommandFailure) {
        do throws(SystemError) {
            try Folder(folder).create()
            let file = try File(path, for: .readWrite, creating: .mustBeNew)
            let text = Hex.encode(Random.bytes(count: 32)) + "\n"
            try file.write(Array(text.utf8).span, at: 0)
            try file.sync()
        } catch {
            guard error.isExistingFile else { throw .failed("\(path): \(error)") }
        }
    }

    func seal(_ secret: SecretBytes, of tenant: TenantID, as name: SecretName) async -> String? {
        await (master ?? own)?.seal(secret, of: tenant, as: name)
    }

    /// What was sealed before there was a master key is opened by the key that sealed it.
    func open(_ sealed: String, of tenant: TenantID, as name: SecretName) async -> SecretBytes? {
        if let secret = await master?.open(sealed, of: tenant, as: name) { return secret }
        return await own?.open(sealed, of: tenant, as: name)
    }
}
