extension SettingsReader {
    /// TLS needs a certificate with its key, and authorities when it asks for certificates.
    mutating func checkTLS() {
        let tls = settings.tls
        need("tls.key", beside: "tls.cert", tls.certificateFile != nil && tls.keyFile == nil)
        need("tls.cert", beside: "tls.key", tls.keyFile != nil && tls.certificateFile == nil)
        let isOff = !tls.isOn
        need("tls.cert", beside: "tls.listen", isOff && !tls.listen.isEmpty)
        need("tls.cert", beside: "tls.certificates", isOff && !tls.certificates.isEmpty)
        let asks = tls.clientAuthentication != .off
        need("tls.cert", beside: "tls.clientAuth", isOff && asks)
        need("tls.clientCA", beside: "tls.clientAuth", asks && tls.clientAuthorityFile == nil)
        // Authorities that nobody is checked against would look like a protection.
        need("tls.clientAuth", beside: "tls.clientCA", !asks && tls.clientAuthorityFile != nil)
        let isKnowing = !settings.clientCertificates.isEmpty
        need("tls.clientAuth", beside: "auth.clientCertificates", !asks && isKnowing)
        // A server that listens nowhere has no use, and the setting says nothing of it by itself.
        need("tls.listen", beside: "listen", settings.listen.isEmpty && tls.listen.isEmpty)
        let hasNoAddress = settings.listen.allSatisfy { $0.internet == nil } && tls.listen.isEmpty
        need("tls.listen", beside: "tls.cert", tls.isOn && hasNoAddress && !settings.listen.isEmpty)
    }

    private mutating func need(_ missing: String, beside given: String, _ isMissing: Bool) {
        if isMissing { reportMissing(missing, beside: given) }
    }
}
