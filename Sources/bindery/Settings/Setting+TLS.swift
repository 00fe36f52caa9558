extension Setting {
    /// How the server speaks TLS, and which clients it knows by their certificates.
    static let tls: [Setting] = [
        Setting(
            "tls.cert",
            \.tls.certificateFile,
            SettingFormat.path("FILE").optional,
            help:
                "The server's certificate in PEM, the chain behind it. It is read again at SIGHUP "
                + "and when it changes."
        ),
        Setting(
            "tls.key",
            \.tls.keyFile,
            SettingFormat.path("FILE").optional,
            help: "The certificate's private key in PEM, not encrypted."
        ),
        Setting(
            "tls.listen",
            \.tls.listen,
            SettingFormat.address.list(countMax: 16),
            help:
                "The addresses that speak TLS. Without any, and with tls.cert, those of listen do."
        ),
        Setting(
            "tls.certificates",
            \.tls.certificates,
            .certificateFiles,
            help:
                "Certificates for other names (SNI); tls.cert answers for every name that none has."
        ),
        Setting(
            "tls.clientCA",
            \.tls.clientAuthorityFile,
            SettingFormat.path("FILE").optional,
            help: "The authorities, in PEM, whose client certificates are accepted."
        ),
        Setting(
            "tls.clientAuth",
            \.tls.clientAuthentication,
            .clientAuthentication,
            help:
                "Whether clients are asked for a certificate; one that does not verify is refused."
        ),
        Setting(
            "tls.handshakeMs",
            \.tls.handshake,
            .milliseconds(100...60_000),
            help: "How long a TLS handshake may take; then the connection is closed."
        ),
        Setting(
            "tls.hstsSeconds",
            \.tls.strictTransportSeconds,
            .integer(0...63_072_000, of: "seconds"),
            help: "For how long browsers are told to come over HTTPS alone "
                + "(Strict-Transport-Security); 0 tells them nothing."
        ),
        Setting(
            "auth.clientCertificates",
            \.clientCertificates,
            .clientCertificates,
            help: "Which key a client certificate stands for, where a request has no Authorization."
        ),
    ]
}
