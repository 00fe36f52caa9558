import Commands
import JSON
import Ledger
import Model
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
        _ local: LocalSecretStore?,
        _ log: ServerLog?
    ) throws(CommandFailure) -> SecretKeeper {
        var configuration = SecretsConfiguration(
            environmentPrefix: settings.secrets.environmentPrefix,
            fileRoot: settings.secrets.fileRoot,
            vault: vault(settings.secrets)
        )
        configuration.staleTime = settings.secrets.stale
        configuration.aws = settings.secrets.awsRegion
            .map { region in
                SecretsConfiguration.AWS(
                    region: region,
                    endpoint: settings.secrets.awsEndpoint,
                    credentialsFile: settings.secrets.awsCredentialsFile
                )
            }
        do throws(SecretsSetupError) {
            return try SecretKeeper(
                configuration,
                caFile: settings.outbound.caFile,
                local: local,
                tell: { event in if let log { tell(event, log) } }
            )
        } catch {
            throw .failed("\(error.setting): \(error.detail)")
        }
    }

    private static func vault(_ settings: SecretSettings) -> SecretsConfiguration.Vault? {
        guard let address = settings.vaultAddress else { return nil }
        let login: SecretsConfiguration.Vault.Login
        if let file = settings.vaultTokenFile {
            login = .tokenFile(file)
        } else if let role = settings.vaultRoleIDFile, let secret = settings.vaultSecretIDFile {
            login = .appRole(
                roleIDFile: role,
                secretIDFile: secret,
                mount: settings.vaultRoleMount
            )
        } else {
            return nil
        }
        return SecretsConfiguration.Vault(
            address: address,
            mount: settings.vaultMount,
            login: login,
            namespace: settings.vaultNamespace
        )
    }

    /// Says once that a store went down, and once that it is back.
    private static func tell(_ event: SecretStoreEvent, _ log: ServerLog) {
        switch event {
        case .down(let scheme, let detail):
            let members: JSONObject = [
                "store": .string(scheme.rawValue), "detail": .string(detail),
            ]
            log.write(.error, "secrets.storeDown", members)
        case .back(let scheme):
            log.write(.info, "secrets.storeBack", ["store": .string(scheme.rawValue)])
        }
    }
}
