import Model
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

extension SecretKeeper {
    /// What the stores of secrets did, for `/metrics`.
    var metricsText: String {
        let stores = statistics
        guard !stores.isEmpty else { return "" }
        var text = MetricsText()
        func label(_ store: SecretStoreStatistics) -> MetricsText.Label {
            ("store", store.scheme.rawValue)
        }
        text.family("bindery_secret_reads_total", .counter, "Reads of secret stores, by their end.")
        for store in stores {
            let ends = [
                ("success", store.successCount), ("refused", store.refusalCount),
                ("unavailable", store.failureCount),
            ]
            for (end, count) in ends {
                text.sample("bindery_secret_reads_total", count, [label(store), ("result", end)])
            }
        }
        text.family(
            "bindery_secret_stale_served_total",
            .counter,
            "Secrets served beyond their time since their store was down."
        )
        for store in stores {
            text.sample("bindery_secret_stale_served_total", store.staleCount, [label(store)])
        }
        text.family(
            "bindery_secret_store_down",
            .gauge,
            "1 when the store could not be reached when it was asked last."
        )
        for store in stores {
            text.sample("bindery_secret_store_down", store.isDown ? 1 : 0, [label(store)])
        }
        return text.text
    }
}
