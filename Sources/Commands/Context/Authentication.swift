import JSON
import Ledger
public import Model
import Platform
import Synchronization

/// Finds out who sent a request, from its bearer token (API section 3).
public final class Authentication: Sendable {
    /// Failures a minute from one address, after which they are answered 429.
    public static let failuresPerMinuteDefault = 100
    /// The most addresses whose failures are counted; beyond, counting starts again.
    static let addressCountMax = 10_000
    /// The most accepted keys remembered; beyond, remembering starts again.
    static let acceptedCountMax = 100_000
    /// The shortest bootstrap key, in characters.
    public static let bootstrapCharacterCountMin = 32

    private struct Failures {
        var minute: Int64 = 0
        var counts: [String: Int] = [:]
    }

    private let ledger: Ledger
    private let usage: KeyUsage
    private let bootstrapDigest: [UInt8]?
    private let bootstrap: Credential
    private let failuresPerMinute: Int
    private let failures = Mutex(Failures())
    /// Digests of keys that were accepted, and whose they are.
    private let accepted = Mutex<[[UInt8]: CredentialID]>([:])

    private let certificates: ClientCertificateMap

    init(
        ledger: Ledger,
        usage: KeyUsage,
        bootstrapKey: String?,
        failuresPerMinute: Int,
        clientCertificates: [ClientCertificateRule]
    ) {
        self.ledger = ledger
        self.usage = usage
        self.bootstrapDigest = bootstrapKey.map { Digest.sha256($0) }
        self.bootstrap = Self.bootstrapCredential
        self.failuresPerMinute = failuresPerMinute
        self.certificates = ClientCertificateMap(clientCertificates)
    }

    /// Finds out who sent `token`; the failures of `address` are counted.
    ///
    /// - Returns: The caller.
    /// - Throws: `UNAUTHENTICATED`, the same for every cause; `TOO_MANY_FAILURES` when the address
    ///   failed too often within the minute.
    public func caller(
        token: String?,
        address: String,
        now: Timestamp
    ) throws(CommandError) -> Caller {
        guard let token, !token.isEmpty else {
            throw Self.unauthenticated("No credential was given.")
        }
        let digest = APIKey.digest(of: token)
        if let bootstrapDigest, SecretComparison.areEqual(digest, bootstrapDigest) {
            return Caller(credential: bootstrap, isBootstrap: true, address: address)
        }
        if let credential = known(digest, now) ?? credential(token, digest, now) {
            usage.note(credential.id, at: now)
            return Caller(credential: credential, isBootstrap: false, address: address)
        }
        try countFailure(address, now)
        throw Self.unauthenticated("The credential is unknown, expired or revoked.")
    }

    /// Finds out whom a verified client certificate stands for; the failures of `address` are
    /// counted.
    ///
    /// - Returns: The caller, with the rights of the credential that a rule of the settings names.
    /// - Throws: `UNAUTHENTICATED` when no rule is met, or the credential is unknown, expired or
    ///   revoked; `TOO_MANY_FAILURES` when the address failed too often within the minute.
    public func caller(
        certificate: VerifiedCertificate,
        address: String,
        now: Timestamp
    ) throws(CommandError) -> Caller {
        if let id = certificates.credential(of: certificate),
            let credential = ledger.state.credentials[id]?.value, credential.isGood(at: now)
        {
            usage.note(id, at: now)
            return Caller(credential: credential, isBootstrap: false, address: address)
        }
        try countFailure(address, now)
        throw Self.unauthenticated(
            "The client certificate stands for no credential, or for one that is unknown, expired or "
                + "revoked."
        )
    }

    /// The credential of a key that was accepted before: its digest was compared then, and a
    /// credential's digest never changes.
    private func known(_ digest: [UInt8], _ now: Timestamp) -> Credential? {
        guard let id = accepted.withLock({ $0[digest] }),
            let credential = ledger.state.credentials[id]?.value, credential.isGood(at: now)
        else { return nil }
        return credential
    }

    private func credential(_ token: String, _ digest: [UInt8], _ now: Timestamp) -> Credential? {
        guard let id = APIKey.id(of: token),
            let credential = ledger.state.credentials[id]?.value
        else { return nil }
        let expected = Array(credential.digest.utf8)
        guard SecretComparison.areEqual(Array(Hex.encode(digest).utf8), expected),
            credential.isGood(at: now)
        else { return nil }
        accepted.withLock { accepted in
            if accepted.count >= Self.acceptedCountMax { accepted = [:] }
            accepted[digest] = id
        }
        return credential
    }

    private func countFailure(_ address: String, _ now: Timestamp) throws(CommandError) {
        let minute = now.milliseconds / 60_000
        let count = failures.withLock { failures in
            if failures.minute != minute || failures.counts.count >= Self.addressCountMax {
                failures = Failures(minute: minute, counts: [:])
            }
            failures.counts[address, default: 0] += 1
            return failures.counts[address] ?? 0
        }
        guard count > failuresPerMinute else { return }
        let seconds = Int(60 - now.milliseconds / 1000 % 60)
        var error = CommandError(
            .limited,
            "TOO_MANY_FAILURES",
            "Too many credentials from this address were refused.",
            retryAfterSeconds: seconds
        )
        error.rateLimit = RateLimitNote(
            name: "failures",
            quota: failuresPerMinute,
            windowSeconds: 60,
            resetSeconds: seconds
        )
        throw error
    }

    private static func unauthenticated(_ detail: String) -> CommandError {
        CommandError(.unauthenticated, "UNAUTHENTICATED", detail)
    }

    /// The credential that the bootstrap key stands for: everything, everywhere.
    private static var bootstrapCredential: Credential {
        Credential.standIn("bootstrap", roles: ["platform-admin"], reach: ["*"])
    }
}

extension Caller {
    /// Whoever calls what is open to anyone: a caller without a right to anything else.
    public static func anyone(address: String) -> Caller {
        Caller(credential: nobody, isBootstrap: false, address: address)
    }

    private static let nobody = Credential.standIn("anonymous", roles: ["runtime"], reach: [])
}

extension Credential {
    /// Whether it is neither revoked nor expired.
    fileprivate func isGood(at now: Timestamp) -> Bool {
        status == .active && expiresAt.map { now < $0 } ?? true
    }

    /// A credential that is not in the store.
    fileprivate static func standIn(
        _ name: String,
        roles: [JSONValue],
        reach: [JSONValue]
    ) -> Credential {
        guard let id = CredentialID(name) else { preconditionFailure("\(name) is an identifier") }
        let json: JSONValue = [
            "roles": .array(roles), "environments": .array(reach), "workflows": .array(reach),
        ]
        do {
            return try Credential(json, id: id, tenant: nil, digest: "")
        } catch {
            preconditionFailure("a credential that the server makes itself is a good one")
        }
    }
}
