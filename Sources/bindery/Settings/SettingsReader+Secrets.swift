extension SettingsReader {
    /// Checks those settings of secret stores that need each other, or shut each other out.
    mutating func checkSecrets() {
        checkVault()
        let secrets = settings.secrets
        if secrets.localKeyFile != nil, secrets.localKeyVariable != nil {
            reportTogether("secrets.local.keyVariable", with: "secrets.local.keyFile")
        }
        checkKeyPlace()
        guard secrets.awsRegion == nil else { return }
        if secrets.awsEndpoint != nil {
            reportMissing("secrets.aws.region", beside: "secrets.aws.endpoint")
        }
        if secrets.awsCredentialsFile != nil {
            reportMissing("secrets.aws.region", beside: "secrets.aws.credentialsFile")
        }
    }

    /// A master key that a connection could name as its secret would be sent to a provider.
    private mutating func checkKeyPlace() {
        let secrets = settings.secrets
        if let name = secrets.localKeyVariable, name.hasPrefix(secrets.environmentPrefix) {
            let rule = "must not start with secrets.env.prefix, or env:// could read the keys"
            reportBroken("secrets.local.keyVariable", rule)
        }
        if let path = secrets.localKeyFile, let root = secrets.fileRoot {
            let folder = root.hasSuffix("/") ? root : root + "/"
            guard path.hasPrefix(folder) else { return }
            let rule = "must not be below secrets.file.root, or file:// could read the keys"
            reportBroken("secrets.local.keyFile", rule)
        }
    }

    /// Vault needs its address and one way to log in, or nothing.
    private mutating func checkVault() {
        let secrets = settings.secrets
        let files: [(setting: String, path: String?)] = [
            ("secrets.vault.tokenFile", secrets.vaultTokenFile),
            ("secrets.vault.roleIdFile", secrets.vaultRoleIDFile),
            ("secrets.vault.secretIdFile", secrets.vaultSecretIDFile),
        ]
        let given = files.filter { $0.path != nil }.map(\.setting)
        if secrets.vaultAddress == nil {
            for setting in given { reportMissing("secrets.vault.address", beside: setting) }
            return
        }
        switch (secrets.vaultTokenFile, secrets.vaultRoleIDFile, secrets.vaultSecretIDFile) {
        case (nil, nil, nil):
            reportMissing("secrets.vault.tokenFile", beside: "secrets.vault.address")
        case (nil, .some, nil):
            reportMissing("secrets.vault.secretIdFile", beside: "secrets.vault.roleIdFile")
        case (nil, nil, .some):
            reportMissing("secrets.vault.roleIdFile", beside: "secrets.vault.secretIdFile")
        case (.some, _, _):
            for setting in given.dropFirst() {
                reportTogether(setting, with: "secrets.vault.tokenFile")
            }
        case (nil, .some, .some): break
        }
    }
}
