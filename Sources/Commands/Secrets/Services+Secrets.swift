import Secrets

extension Services {
    /// Bindery's own secret store.
    ///
    /// - Throws: `SECRET_STORE_NOT_CONFIGURED`.
    func localStore() throws(CommandError) -> LocalSecretStore {
        guard let localSecrets else {
            throw CommandError(SecretWriteError(.notConfigured, UnconfiguredSecretWriting.reason))
        }
        return localSecrets
    }
}

extension CommandError {
    /// What a secret that could not be written means to a client.
    init(_ error: SecretWriteError) {
        switch error.code {
        case .conflict: self.init(.conflict, "SECRET_CHANGED", "The secret was changed meanwhile.")
        case .unfit: self.init(.invalid, "INVALID_VALUE", "/value: \(error.detail)")
        case .tooMany:
            self.init(.conflict, "TOO_MANY_SECRETS", "There is no room: \(error.detail).")
        case .unavailable:
            self.init(
                .unavailable,
                "STORE_UNAVAILABLE",
                "The store can't be written now.",
                retryAfterSeconds: 5
            )
        case .unknown:
            self.init(
                .unavailable,
                "OUTCOME_UNKNOWN",
                "The store was lost while the change was made: look before trying again.",
                retryAfterSeconds: 5
            )
        case .keysUnreadable:
            self.init(.conflict, "SECRET_KEYS_UNREADABLE", "The master keys: \(error.detail).")
        case .notConfigured:
            self.init(
                .conflict,
                "SECRET_STORE_NOT_CONFIGURED",
                "The server has no secret store of its own: it \(error.detail)."
            )
        }
    }
}
