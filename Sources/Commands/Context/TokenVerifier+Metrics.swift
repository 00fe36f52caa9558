import Tokens

extension TokenVerifier {
    /// The part of `/metrics`: the issuers are those of the settings.
    var metricsText: String {
        let figures = figures
        var text = MetricsText()
        text.family("bindery_token_keys", .gauge, "Keys that tokens are checked by, by issuer.")
        for row in figures {
            text.sample("bindery_token_keys", row.keys.keyCount, [("issuer", row.issuer)])
        }
        let reads = "bindery_token_key_reads_total"
        text.family(reads, .counter, "How often keys were read, by issuer and outcome.")
        for row in figures {
            let good = row.keys.readCount - row.keys.failureCount
            text.sample(reads, good, [("issuer", row.issuer), ("outcome", "read")])
            let failed = row.keys.failureCount
            text.sample(reads, failed, [("issuer", row.issuer), ("outcome", "failed")])
        }
        return text.text
    }
}
