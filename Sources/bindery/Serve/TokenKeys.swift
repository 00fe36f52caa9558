import JSON
import Outbound
import Tokens

/// The keys of the issuers of tokens: read before the server listens, and from then on until it ends.
struct TokenKeys: Sendable {
    /// What checks tokens; nil when no issuer is configured.
    let verifier: TokenVerifier?
    private let reading: Task<Void, Never>?

    /// Reads the keys once.
    ///
    /// A file that can't be used stops the start, since nobody but the operator can mend it; a URL
    /// that does not answer is told of and tried again.
    ///
    /// - Throws: One line that names the issuer.
    init(_ settings: Settings, _ log: ServerLog) async throws(CommandFailure) {
        guard !settings.tokenIssuers.isEmpty else {
            (verifier, reading) = (nil, nil)
            return
        }
        let verifier = TokenVerifier(
            settings.tokenIssuers,
            client: try Self.client(settings),
            tell: { issuer, event in Self.tell(issuer, event, log) }
        )
        if let failure = await verifier.readKeys().first {
            throw .failed("auth.jwt: the keys of \(failure.issuer): \(failure.detail)")
        }
        self.verifier = verifier
        reading = Task { await verifier.keepKeys() }
    }

    /// Stops reading; returns when nothing will be read any more.
    func stop() async {
        reading?.cancel()
        await reading?.value
    }

    /// A client of their own: however many calls of providers are on their way, keys find theirs.
    private static func client(_ settings: Settings) throws(CommandFailure) -> OutboundClient? {
        let hasURL = settings.tokenIssuers.contains { issuer in
            if case .url = issuer.keys { true } else { false }
        }
        return hasURL ? try ServerParts.outbound(settings.outbound) : nil
    }

    private static func tell(_ issuer: String, _ event: KeyEvent, _ log: ServerLog) {
        var members: JSONObject = ["issuer": .string(issuer)]
        switch event {
        case .failed(let detail):
            members["detail"] = .string(detail)
            log.write(.error, "jwt.keysFailed", members)
        case .read(let keyCount, let leftOutCount, let privateCount):
            members["keys"] = .integer(Int64(keyCount))
            members["leftOut"] = .integer(Int64(leftOutCount))
            // A private key that is published is everybody's: told apart, and loudly.
            if privateCount > 0 { members["private"] = .integer(Int64(privateCount)) }
            let isGood = keyCount > 0 && privateCount == 0
            log.write(isGood ? .info : .warning, "jwt.keysRead", members)
        }
    }
}
