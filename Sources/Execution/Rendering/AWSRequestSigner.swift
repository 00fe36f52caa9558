import Audit
import Model
import Outbound
import Platform
import Secrets
import Synchronization

/// Signs the hops of one call to AWS, each over what goes out and with the time at which it does.
///
/// A signature is good for one request and some minutes: what is written down of it is masked, and
/// an answer that echoes it is cleaned of it, like any credential.
final class AWSRequestSigner: Sendable {
    /// Header fields that are signed beside `host` and all of AWS's own: what stands between here
    /// and the provider may change others.
    private static let signedNames: Set<String> = ["content-type", "content-md5"]
    /// The most signatures that are remembered: of three attempts with three redirects each.
    private static let signatureCountMax = 12

    /// What signs; the key never leaves it.
    private let signature: AWSSignature
    private let sessionToken: String?
    private let namesPayload: Bool
    private let now: @Sendable () -> Timestamp

    private struct State {
        var last: [OutboundHeader] = []
        var signatures: [String] = []
    }

    private let state = Mutex(State())

    /// A signer with the key that `scope`'s secret holds, for the region that its config names.
    ///
    /// - Throws: `RenderFailure.secret` when the secret lacks a field, `.config` when the region is
    ///   none.
    init(
        _ method: AWSSigning,
        _ scope: TemplateScope,
        now: @escaping @Sendable () -> Timestamp
    ) throws(RenderFailure) {
        signature = AWSSignature(
            accessKeyID: try Self.word(method.accessKeyIDField, scope.secret),
            secretAccessKey: try Self.key(method.secretAccessKeyField, scope.secret),
            region: try Self.region(method.region, scope),
            service: method.service
        )
        sessionToken = try Self.sessionToken(method.sessionTokenField, scope.secret)
        namesPayload = AWSCanonicalForm(of: method.service).namesPayload
        self.now = now
    }

    /// What must not come back in an answer.
    var credentials: [String] {
        (sessionToken.map { [$0] } ?? []) + state.withLock { $0.signatures }
    }

    /// The header fields that authenticate a hop.
    func headers(of hop: OutboundHop) -> [OutboundHeader] {
        let time = now().basicText
        let own = own(AWSSignature.digest(of: hop.body), time)
        let others = hop.headers.filter { header in
            let name = header.name.lowercased()
            let isSigned = Self.signedNames.contains(name) || name.hasPrefix("x-amz-")
            return isSigned && !own.contains { $0.isNamed(header.name) }
        }
        let signed = (others + own).map { (name: $0.name, value: $0.value) }
        let request = AWSSignature.Request(
            method: hop.method,
            path: hop.path,
            query: hop.query,
            headers: signed + [(name: "Host", value: hop.authority)],
            body: hop.body
        )
        let text = signature.authorization(of: request, at: time)
        let all = own + [OutboundHeader("Authorization", text, isSensitive: true)]
        state.withLock { state in
            state.last = all
            guard state.signatures.count < Self.signatureCountMax else { return }
            state.signatures.append(String(text.suffix(64)))
        }
        return all
    }

    /// The header fields as a record shows them: of the last hop, or, before there was one, of a
    /// request with this body.
    func shown(_ body: [UInt8]?) -> [OutboundHeader] {
        let last = state.withLock { $0.last }
        guard last.isEmpty else { return last }
        let mark = OutboundHeader("Authorization", AuditRedaction.mark, isSensitive: true)
        return own(AWSSignature.digest(of: body ?? []), now().basicText) + [mark]
    }

    private func own(_ digest: String, _ time: String) -> [OutboundHeader] {
        var headers = [OutboundHeader("X-Amz-Date", time)]
        if namesPayload {
            headers.append(OutboundHeader("X-Amz-Content-Sha256", digest))
        }
        if let sessionToken {
            headers.append(OutboundHeader("X-Amz-Security-Token", sessionToken, isSensitive: true))
        }
        return headers
    }

    // MARK: What it is made of

    private static func word(_ field: String, _ secret: Secret?) throws(RenderFailure) -> String {
        let text = try Credentials.field(field, secret)
        guard isWord(text) else { throw .secret(detail: "its field \(field) \(noWord)") }
        return text
    }

    private static func key(
        _ field: String,
        _ secret: Secret?
    ) throws(RenderFailure) -> SecretBytes {
        var bytes = Array(try word(field, secret).utf8)
        return SecretBytes(wiping: &bytes)
    }

    /// A key that is not lent has none: an empty one is none too.
    private static func sessionToken(
        _ field: String?,
        _ secret: Secret?
    ) throws(RenderFailure) -> String? {
        guard let field, secret?.field(field)?.isEmpty == false else { return nil }
        return try word(field, secret)
    }

    private static func region(
        _ template: Template,
        _ scope: TemplateScope
    ) throws(RenderFailure) -> String {
        if let missing = scope.missing(in: template) {
            throw .reference(missing, .missingField, "is needed for the region and is missing")
        }
        let region = scope.text(template) { _, text in text } ?? ""
        guard AWSSigning.isRegion(region) else {
            let detail = "must be a region, such as eu-central-1"
            guard let reference = template.references.first else { throw .spec(detail: detail) }
            throw .reference(reference, .invalidValue, detail)
        }
        return region
    }

    private static let noWord = "holds a space or what is no ASCII, which no key of AWS does"

    private static func isWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
