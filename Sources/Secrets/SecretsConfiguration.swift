import Outbound

/// Where secrets are kept: the settings `secrets.…`.
public struct SecretsConfiguration: Sendable, Hashable {
    /// How long stale secrets are served when nothing is said.
    public static let staleTimeDefault = Duration.seconds(300)

    /// The settings `secrets.vault.…`.
    public struct Vault: Sendable, Hashable {
        /// The address of the server, such as `https://vault.internal:8200`.
        public var address: String
        /// The mount of the KV engine, version 2, such as `secret`.
        public var mount: String
        /// How a token is had.
        public var login: Login
        /// The namespace of Vault Enterprise, such as `platform/payments`; nil for none.
        public var namespace: String?

        /// How a token is had.
        public enum Login: Sendable, Hashable {
            /// A file that an agent keeps; read anew whenever it is needed.
            case tokenFile(String)
            /// A login with the ids in two files, at the mount of the AppRole method.
            case appRole(roleIDFile: String, secretIDFile: String, mount: String)
        }

        /// The settings given.
        public init(
            address: String,
            mount: String = "secret",
            login: Login,
            namespace: String? = nil
        ) {
            self.address = address
            self.mount = mount
            self.login = login
            self.namespace = namespace
        }

        /// A Vault whose token is in a file.
        public init(address: String, mount: String = "secret", tokenFile: String) {
            self.init(address: address, mount: mount, login: .tokenFile(tokenFile))
        }
    }

    /// The settings `secrets.aws.…`.
    public struct AWS: Sendable, Hashable {
        /// The region, such as `eu-central-1`.
        public var region: String
        /// The address in the place of the region's own; nil for that.
        public var endpoint: String?
        /// The file of credentials in the form of AWS's tools; nil for the environment's variables.
        public var credentialsFile: String?

        /// The settings given.
        public init(region: String, endpoint: String? = nil, credentialsFile: String? = nil) {
            self.region = region
            self.endpoint = endpoint
            self.credentialsFile = credentialsFile
        }

        var place: AWSCredentials.Place {
            credentialsFile.map { .file($0) } ?? .environment
        }
    }

    /// The settings `secrets.local.…`: where the master keys are, in one of two places.
    public enum Local: Sendable, Hashable {
        /// A file, `secrets.local.keyFile`.
        case keyFile(String)
        /// A variable of the environment, `secrets.local.keyVariable`.
        case keyVariable(String)

        var place: MasterKeys.Place {
            switch self {
            case .keyFile(let path): .file(path)
            case .keyVariable(let name): .variable(name)
            }
        }

        var settingName: String {
            switch self {
            case .keyFile: "secrets.local.keyFile"
            case .keyVariable: "secrets.local.keyVariable"
            }
        }
    }

    /// The start of the names of variables that may be read; `secrets.env.prefix`.
    public var environmentPrefix: String
    /// The folder below which files are read, nil for none; `secrets.file.root`.
    public var fileRoot: String?
    /// The Vault server, nil for none.
    public var vault: Vault?
    /// How long a secret is served beyond its lifetime while its store is down.
    public var staleTime = staleTimeDefault
    /// AWS Secrets Manager, nil for none.
    public var aws: AWS?

    /// The settings given.
    public init(
        environmentPrefix: String = "BINDERY_SECRET_",
        fileRoot: String? = nil,
        vault: Vault? = nil,
        aws: AWS? = nil
    ) {
        self.environmentPrefix = environmentPrefix
        self.fileRoot = fileRoot
        self.vault = vault
        self.aws = aws
    }
}

/// A setting that cannot work.
public struct SecretsSetupError: Error, Sendable, Hashable {
    /// The setting, such as `secrets.vault.address`.
    public let setting: String
    /// What is wrong with it.
    public let detail: String
}

extension SecretsConfiguration {
    /// Refuses what could only fail later.
    func check() throws(SecretsSetupError) {
        guard !environmentPrefix.isEmpty else {
            throw SecretsSetupError(setting: "secrets.env.prefix", detail: "is empty")
        }
        guard fileRoot?.isEmpty != true else {
            throw SecretsSetupError(setting: "secrets.file.root", detail: "is empty")
        }
        if let aws { try aws.check() }
        guard let vault else { return }
        let isPlain = !vault.address.contains { $0 == "?" || $0 == "#" }
        guard isPlain, OutboundRequest.isURL(vault.address) else {
            throw SecretsSetupError(
                setting: "secrets.vault.address",
                detail: "is no http or https URL"
            )
        }
        let steps = vault.mount.split(separator: "/")
        guard !steps.isEmpty, !steps.contains("."), !steps.contains("..") else {
            throw SecretsSetupError(setting: "secrets.vault.mount", detail: "is no mount's path")
        }
        let files: [(setting: String, path: String)] =
            switch vault.login {
            case .tokenFile(let path): [("tokenFile", path)]
            case .appRole(let roleIDFile, let secretIDFile, _):
                [("roleIdFile", roleIDFile), ("secretIdFile", secretIDFile)]
            }
        for (setting, path) in files where path.isEmpty {
            throw SecretsSetupError(setting: "secrets.vault.\(setting)", detail: "is empty")
        }
    }
}

extension SecretsConfiguration.AWS {
    /// Refuses what could only fail later.
    fileprivate func check() throws(SecretsSetupError) {
        let isRegion = region.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        guard isRegion, (1...64).contains(region.utf8.count) else {
            throw SecretsSetupError(
                setting: "secrets.aws.region",
                detail: "must be 1 to 64 of a-z 0-9 -"
            )
        }
        guard let endpoint else { return }
        let isPlain = !endpoint.contains { $0 == "?" || $0 == "#" }
        guard isPlain, OutboundRequest.isURL(endpoint) else {
            throw SecretsSetupError(
                setting: "secrets.aws.endpoint",
                detail: "is no http or https URL"
            )
        }
    }
}
