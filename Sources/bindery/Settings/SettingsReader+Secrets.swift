extension SettingsReader {
    /// Checks those settings of secret stores that need each other, or shut each other out.
    mutating func checkSecrets() {
        let secrets = settings.secrets
        switch (secrets.vaultAddress, secrets.vaultTokenFile) {
        case (.some, nil): reportMissing("secrets.vault.tokenFile", beside: "secrets.vault.address")
        case (nil, .some): reportMissing("secrets.vault.address", beside: "secrets.vault.tokenFile")
        default: break
        }
        if secrets.localKeyFile != nil, secrets.localKeyVariable != nil {
            reportTogether("secrets.local.keyVariable", with: "secrets.local.keyFile")
        }
    }
}
