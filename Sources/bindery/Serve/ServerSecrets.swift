import Commands
import Ledger
import Secrets

/// Where the secrets of connections are read from, made of the settings.
enum ServerSecrets {
    /// Bindery's own store, in the ledger; nil when the settings name no master key.
    ///
    /// - Throws: One line that names the setting that can't work, without anything of a key.
    static func local(
        _ settings: Settings,
        _ ledger: Ledger
    ) throws(CommandFailure) -> LocalSecretStore? {
        let place: SecretsConfiguration.Local
        switch (settings.secrets.localKeyFile, settings.secrets.localKeyVariable) {
        case (let path?, _): place = .keyFile(path)
        case (nil, let name?): place = .keyVariable(name)
        case (nil, nil): return nil
        }
        do throws(SecretsSetupError) {
            return try LocalSecretStore(place, source: LedgerSecrets(ledger))
        } catch {
            throw .failed("\(error.setting): \(error.detail)")
        }
    }

    /// What resolves the references of connections.
    ///
    /// - Throws: One line that names the setting that can't work.
    static func keeper(
        _ settings: Settings,
        _ local: LocalSecretStore?
    ) throws(CommandFailure) -> SecretKeeper {
        var configuration = SecretsConfiguration(
            environmentPrefix: settings.secrets.environmentPrefix,
            fileRoot: settings.secrets.fileRoot
        )
        if let address = settings.secrets.vaultAddress, let file = settings.secrets.vaultTokenFile {
            configuration.vault = SecretsConfiguration.Vault(
                address: address,
                mount: settings.secrets.vaultMount,
                tokenFile: file
            )
        }
        do throws(SecretsSetupError) {
            return try SecretKeeper(configuration, caFile: settings.outbound.caFile, local: local)
        } catch {
            throw .failed("\(error.setting): \(error.detail)")
        }
    }
}
