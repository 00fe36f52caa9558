import Platform

/// Reads the server's certificates, as its settings name them.
enum ServerCertificates {
    /// Why a file cannot be used, and which setting names it.
    struct Defect: Error, Sendable, Hashable {
        let setting: String
        let detail: String

        /// One line for the operator.
        var line: String { "\(setting): \(detail)" }
    }

    /// The certificates with their keys, the default one first, and the client authorities.
    ///
    /// - Throws: The first file that cannot be used.
    static func load(_ settings: TLSSettings) throws(Defect) -> TLSContext {
        var identities: [TLSIdentity] = []
        let pairs = pairs(settings)
        for pair in pairs { identities.append(try identity(pair)) }
        let clients = try clients(settings)
        do {
            return try TLSContext(identities: identities, clients: clients)
        } catch {
            let pair = pairs.first { $0.files.certificate == error.file }
            throw Defect(setting: pair?.certificate ?? "tls.clientCA", detail: error.message)
        }
    }

    /// The files, each of which can be replaced while the server runs.
    static func files(_ settings: TLSSettings) -> [String] {
        let authorities = settings.clientAuthorityFile.map { [$0] } ?? []
        return pairs(settings).flatMap { [$0.files.certificate, $0.files.key] } + authorities
    }

    /// A certificate's and its key's file, and the settings that name them.
    private struct Pair {
        let certificate: String
        let key: String
        let files: TLSSettings.Files
    }

    private static func pairs(_ settings: TLSSettings) -> [Pair] {
        guard let certificate = settings.certificateFile, let key = settings.keyFile else {
            return []
        }
        let first = Pair(
            certificate: "tls.cert",
            key: "tls.key",
            files: TLSSettings.Files(certificate: certificate, key: key)
        )
        let others = settings.certificates.enumerated()
            .map { index, files in
                let item = "tls.certificates item \(index)"
                return Pair(certificate: "\(item), cert", key: "\(item), key", files: files)
            }
        return [first] + others
    }

    private static func identity(_ pair: Pair) throws(Defect) -> TLSIdentity {
        do {
            return try TLSIdentity(
                certificateFile: pair.files.certificate,
                keyFile: pair.files.key
            )
        } catch {
            let isOfKey: Bool =
                switch error.cause {
                case .noKey, .encryptedKey, .keyMismatch: true
                case .unreadable: error.file != pair.files.certificate
                case .noCertificate, .malformedCertificate, .weak: false
                }
            throw Defect(setting: isOfKey ? pair.key : pair.certificate, detail: error.message)
        }
    }

    private static func clients(
        _ settings: TLSSettings
    ) throws(Defect) -> TLSClientAuthentication {
        guard let file = settings.clientAuthorityFile else { return .off }
        let authorities: TLSAuthorities
        do {
            authorities = try TLSAuthorities(file: file)
        } catch {
            throw Defect(setting: "tls.clientCA", detail: error.message)
        }
        return switch settings.clientAuthentication {
        case .off: .off
        case .optional: .optional(authorities)
        case .required: .required(authorities)
        }
    }
}
