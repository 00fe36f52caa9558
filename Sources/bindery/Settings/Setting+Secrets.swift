extension Setting {
    /// Where the secrets of connections are read from.
    static let secrets: [Setting] = [
        Setting(
            "secrets.env.prefix",
            \.secrets.environmentPrefix,
            .variablePrefix,
            help: "How the names of variables start that env:// may read."
        ),
        Setting(
            "secrets.file.root",
            \.secrets.fileRoot,
            SettingFormat.path("DIR").optional,
            help: "The folder below which file:// may read; without it file:// reads nothing."
        ),
        Setting(
            "secrets.vault.address",
            \.secrets.vaultAddress,
            SettingFormat.serverURL.optional,
            help: "The address of the Vault that vault:// reads (KV version 2)."
        ),
        Setting(
            "secrets.vault.mount",
            \.secrets.vaultMount,
            .mount,
            help: "Under which path Vault's secret engine is mounted."
        ),
        Setting(
            "secrets.vault.tokenFile",
            \.secrets.vaultTokenFile,
            SettingFormat.path("FILE").optional,
            help: "The file that holds Vault's token; it is read again when it changes."
        ),
        Setting(
            "secrets.local.keyFile",
            \.secrets.localKeyFile,
            SettingFormat.path("FILE").optional,
            help: "The file of the master keys that seal local:// secrets, one a line, 32 bytes in "
                + "hexadecimal or base64; the first one seals, all of them open."
        ),
        Setting(
            "secrets.local.keyVariable",
            \.secrets.localKeyVariable,
            SettingFormat.variableName.optional,
            help: "The variable that holds the master keys, in the place of the file."
        ),
        Setting(
            "secrets.references",
            \.secrets.references,
            SettingFormat.referenceRule.list(countMax: 100),
            help: "Which secrets a tenant's connections may name, such as "
                + "vault://integrations/{tenant}/*; without any, a tenant may name every secret."
        ),
    ]
}
