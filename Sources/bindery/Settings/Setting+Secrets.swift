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
            "secrets.vault.roleIdFile",
            \.secrets.vaultRoleIDFile,
            SettingFormat.path("FILE").optional,
            help:
                "The file that holds the role id of an AppRole; with secretIdFile in the place of "
                + "tokenFile."
        ),
        Setting(
            "secrets.vault.secretIdFile",
            \.secrets.vaultSecretIDFile,
            SettingFormat.path("FILE").optional,
            help: "The file that holds the secret id of an AppRole."
        ),
        Setting(
            "secrets.vault.roleMount",
            \.secrets.vaultRoleMount,
            .mount,
            help: "Under which path, below auth/, Vault's AppRole method is mounted."
        ),
        Setting(
            "secrets.vault.namespace",
            \.secrets.vaultNamespace,
            SettingFormat.mount.optional,
            help: "The namespace in Vault of both the login and the secrets."
        ),
        Setting(
            "secrets.aws.region",
            \.secrets.awsRegion,
            SettingFormat.awsRegion.optional,
            help: "The region of the AWS Secrets Manager that aws-sm:// reads."
        ),
        Setting(
            "secrets.aws.endpoint",
            \.secrets.awsEndpoint,
            SettingFormat.serverURL.optional,
            help: "The address of AWS Secrets Manager in the place of the region's own, such as "
                + "that of a VPC endpoint."
        ),
        Setting(
            "secrets.aws.credentialsFile",
            \.secrets.awsCredentialsFile,
            SettingFormat.path("FILE").optional,
            help: "The file of AWS credentials, profile default, read for each request; without it "
                + "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are used."
        ),
        Setting(
            "secrets.staleSeconds",
            \.secrets.stale,
            .seconds(0...86_400),
            help: "How long a secret that was read is served beyond its 30 seconds while its store "
                + "is down; 0 for not at all."
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
