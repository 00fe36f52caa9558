import JSON
import Model
import Platform

/// What the operator is told of certificates.
enum CertificateLog {
    /// From how long before its end on a certificate is warned of.
    static let warningSeconds = 14 * 86_400

    /// Tells which certificates serve from now on, and warns of those that clients will refuse.
    static func tell(_ context: TLSContext, _ event: String, _ log: ServerLog) {
        let now = Int(WallClock.milliseconds() / 1000)
        log.write(
            .info,
            event,
            ["certificates": .array(context.identities.map { .object(facts($0)) })]
        )
        for identity in context.identities {
            guard let warning = warning(identity.certificate, at: now) else { continue }
            log.write(.warning, warning, facts(identity))
        }
    }

    /// The event of a certificate that is outside its time, or soon will be.
    private static func warning(_ certificate: TLSCertificate, at now: Int) -> String? {
        if certificate.notAfter < now { return "tls.certificateExpired" }
        if certificate.notBefore > now { return "tls.certificateNotYetValid" }
        return certificate.notAfter - now < warningSeconds ? "tls.certificateExpiresSoon" : nil
    }

    private static func facts(_ identity: TLSIdentity) -> JSONObject {
        let certificate = identity.certificate
        return [
            "file": .string(identity.certificateFile), "subject": .string(certificate.subject),
            "names": .array(certificate.names.map { .string($0) }),
            "notBefore": time(certificate.notBefore), "notAfter": time(certificate.notAfter),
        ]
    }

    private static func time(_ seconds: Int) -> JSONValue {
        .string(Timestamp(milliseconds: Int64(seconds) * 1000).text)
    }
}
