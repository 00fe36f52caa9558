import Ledger
public import Model
import Platform
import Synchronization
public import Tokens

/// Finds out who sent a request, from its bearer token (API section 3).
public final class Authentication: Sendable {
    /// Failures a minute from one address, after which they are answered 429.
    public static let failuresPerMinuteDefault = 100
    /// Failures a minute in one key's name, from wherever, after which they are answered 429.
    public static let failuresPerKeyDefault = 100
    /// The most accepted keys remembered; beyond, remembering starts again.
    static let acceptedCountMax = 100_000
    /// The shortest bootstrap key, in characters.
    public static let bootstrapCharacterCountMin = 32

    private let ledger: Ledger
    private let usage: KeyUsage
    private let bootstrapDigest: [UInt8]?
    private let bootstrap: Credential
    let failures: AuthenticationFailures
    /// Digests of keys that were accepted, and whose they are.
    private let accepted = Mutex<[[UInt8]: CredentialID]>([:])

    private let certificates: ClientCertificateMap
    private let tokens: TokenVerifier?

    init(ledger: Ledger, usage: KeyUsage, settings: Services.Settings) {
        self.ledger = ledger
        self.usage = usage
        self.bootstrapDigest = settings.bootstrapKey.map { Digest.sha256($0) }
        self.bootstrap = .bootstrap
        self.failures = AuthenticationFailures(
            perMinute: settings.failuresPerMinute,
            perKeyAndMinute: settings.failuresPerKeyAndMinute
        )
        self.certificates = ClientCertificateMap(settings.clientCertificates)
        self.tokens = settings.tokens
    }

    /// Finds out who sent `token`, at once; the failures of `address` are counted.
    ///
    /// - Returns: The caller.
    /// - Throws: `UNAUTHENTICATED`, the same for every cause; `TOO_MANY_FAILURES` when the address, or
    ///   somebody in the key's name, failed too often within the minute; `KEYS_UNAVAILABLE`.
    public func caller(
        token: String?,
        address: String,
        now: Timestamp
    ) throws(CommandError) -> Caller {
        let admission = try admission(token: token, address: address, now: now, mayWait: false)
        guard case .caller(let caller) = admission else {
            preconditionFailure("who may not wait is not told to")
        }
        return caller
    }

    /// Finds out who sent `token`, unless the keys of its issuer have to be read first.
    ///
    /// - Parameters:
    ///   - token: The bearer token.
    ///   - address: Where it came from; its failures are counted.
    ///   - now: The time.
    ///   - mayWait: Whether the caller can wait for keys.
    /// - Returns: The caller, or what to wait for.
    /// - Throws: As `caller(token:address:now:)`.
    public func admission(
        token: String?,
        address: String,
        now: Timestamp,
        mayWait: Bool
    ) throws(CommandError) -> Admission {
        guard let token, !token.isEmpty else {
            throw CommandError(.unauthenticated, "UNAUTHENTICATED", "No credential was given.")
        }
        let digest = APIKey.digest(of: token)
        if let bootstrapDigest, SecretComparison.areEqual(digest, bootstrapDigest) {
            return .caller(Caller(credential: bootstrap, isBootstrap: true, address: address))
        }
        if let tokens, !token.hasPrefix(APIKey.prefix) {
            let outcome = tokens.check(token, at: now, mayWait: mayWait)
            return try admission(outcome, address: address, now: now)
        }
        do throws(APIKeyDefect) {
            let credential = try credential(token, digest, now)
            usage.note(credential.id, at: now)
            return .caller(Caller(credential: credential, isBootstrap: false, address: address))
        } catch {
            throw refusal(of: token, error, address: address, now: now)
        }
    }

    /// A key that stands for nobody; where it names one that is there, the trail says whose.
    private func refusal(
        of token: String,
        _ defect: APIKeyDefect,
        address: String,
        now: Timestamp
    ) -> CommandError {
        let id = APIKey.id(of: token)
        let subject = id.map { AuthenticationFailure.Subject.key($0) }
        var error = failures.count(
            AuthenticationFailure(kind: .key, reason: defect.rawValue, subject: subject),
            from: address,
            now: now
        )
        guard let credential = id.flatMap({ ledger.state.credentials[$0]?.value }) else {
            return error
        }
        error.refusedCredential = RefusedCredential(
            credential,
            isProven: defect == .revoked || defect == .expired
        )
        error.auditDetail? += " Key: \(credential.id.text)."
        return error
    }

    /// What became of a token that an issuer may have signed.
    private func admission(
        _ outcome: TokenVerifier.Outcome,
        address: String,
        now: Timestamp
    ) throws(CommandError) -> Admission {
        switch outcome {
        case .granted(let admission): return .caller(Caller(admission, address: address))
        case .needsKeys(let keys): return .keys(keys)
        case .refused(let refusal):
            if refusal.defect == .keysUnavailable { throw failures.countUnavailable() }
            let subject = refusal.issuer.map { issuer in
                AuthenticationFailure.Subject.token(issuer: issuer, keyID: refusal.keyID)
            }
            throw failures.count(
                AuthenticationFailure(
                    kind: .jwt,
                    reason: refusal.defect.rawValue,
                    subject: subject
                ),
                from: address,
                now: now
            )
        }
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
        let credential = certificates.credential(of: certificate)
            .flatMap { ledger.state.credentials[$0]?.value }
        if let credential, credential.isGood(at: now) {
            usage.note(credential.id, at: now)
            return Caller(credential: credential, isBootstrap: false, address: address)
        }
        var error = failures.count(
            AuthenticationFailure(kind: .certificate, reason: "noCredential"),
            from: address,
            now: now
        )
        error.refusedCredential = credential.map { RefusedCredential($0, isProven: true) }
        if error.kind == .unauthenticated {
            error.refusesToken = false
            error.detail =
                "The client certificate stands for no credential, or for one that is unknown, expired "
                + "or revoked."
        }
        throw error
    }

    /// Whether who was let in would still be: its key is neither revoked nor expired since, its token
    /// has not ended, and the key that signed it still stands.
    func isStillGood(_ caller: Caller, now: Timestamp) -> Bool {
        if caller.isBootstrap { return true }
        if let token = caller.token { return tokens?.isStillGood(token.origin, at: now) ?? false }
        return caller.keyStands(in: ledger.state, at: now)
    }

    /// The credential of a key that was accepted before: its digest was compared then, and a
    /// credential's digest never changes.
    private func known(_ digest: [UInt8], _ now: Timestamp) -> Credential? {
        guard let id = accepted.withLock({ $0[digest] }),
            let credential = ledger.state.credentials[id]?.value, credential.isGood(at: now)
        else { return nil }
        return credential
    }

    private func credential(
        _ token: String,
        _ digest: [UInt8],
        _ now: Timestamp
    ) throws(APIKeyDefect) -> Credential {
        if let known = known(digest, now) { return known }
        guard let id = APIKey.id(of: token) else { throw .malformed }
        guard let credential = ledger.state.credentials[id]?.value else { throw .unknown }
        let expected = Array(credential.digest.utf8)
        guard SecretComparison.areEqual(Array(Hex.encode(digest).utf8), expected) else {
            throw .wrongSecret
        }
        guard credential.isGood(at: now) else {
            throw credential.status == .revoked ? .revoked : .expired
        }
        accepted.withLock { accepted in
            if accepted.count >= Self.acceptedCountMax { accepted = [:] }
            accepted[digest] = id
        }
        return credential
    }
}

/// Who sent a request, or what has to be read before that can be said.
public enum Admission: Sendable {
    /// Who it was.
    case caller(Caller)
    /// The keys of a token's issuer are not known: wait for them, off the event loop, and ask again.
    case keys(PendingKeys)
}

/// Why a key stands for nobody; for the operator alone.
private enum APIKeyDefect: String, Error {
    case malformed
    case unknown
    case wrongSecret
    case expired
    case revoked
}

extension Credential {
    /// Whether it is neither revoked nor expired.
    func isGood(at now: Timestamp) -> Bool {
        status == .active && expiresAt.map { now < $0 } ?? true
    }
}
