public import Audit
import JSON
public import Model
import Outbound
import Platform
import Synchronization

/// A call whose answer is handed on while it comes.
///
/// That it was made is in the audit before the first byte is given; how it ended, and what was
/// handed on, is a record of its own, written by `finish`. Until then it counts among the
/// connection's calls under way.
public final class StreamedCall: Sendable {
    /// The most bytes of one stream.
    public static let byteCountMax = 64 << 20

    /// The account that serves it.
    public let connection: ConnectionID
    /// The operation that serves it.
    public let operation: OperationID
    /// The id of the audit record of the call; nil when it could not be written and need not be.
    public let auditID: String?
    /// The connections that would have served if they could.
    public let passedOver: [AuditPassedOver]
    /// The provider's media type.
    public let mediaType: String

    private let stream: OutboundStream
    private let record: @Sendable (Ending) async -> Void
    private let progress: Mutex<Progress>

    /// How a stream ended, and what was handed on.
    struct Ending: Sendable {
        /// Why it broke off; nil when it is whole.
        let failure: CallFailure.Reason?
        /// The start of what was handed on, as far as a record keeps it.
        let head: [UInt8]
        let byteCount: Int
        /// SHA-256 of all that was handed on.
        let digest: String
    }

    private struct Progress: ~Copyable {
        var filter: CredentialFilter
        var digest = DigestStream()
        var head: [UInt8] = []
        var byteCount = 0
        var isOver = false
    }

    init(
        _ call: CapabilityCall,
        _ stream: OutboundStream,
        auditID: String?,
        credentials: [String],
        record: @escaping @Sendable (Ending) async -> Void
    ) {
        connection = call.connection.id
        operation = call.operation.id
        passedOver = call.passedOver
        mediaType = Self.mediaType(stream.header("content-type"))
        self.auditID = auditID
        self.stream = stream
        self.record = record
        progress = Mutex(Progress(filter: CredentialFilter(credentials)))
    }

    /// One that nobody forwarded, since its caller was gone at once, is ended all the same.
    deinit {
        guard let ending = ending(.callerGone) else { return }
        let record = record
        Task { await record(ending) }
    }

    /// Types that a browser would run in this server's name are handed on as bytes.
    private static let activeTypes: Set<String> = [
        "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml",
        "text/javascript", "application/javascript",
    ]

    private static func mediaType(_ header: String?) -> String {
        let fallback = "application/octet-stream"
        guard let header, header.utf8.count <= 256,
            header.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return fallback }
        let type = header.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        return activeTypes.contains(type) ? fallback : header
    }

    /// Hands the answer on, piece by piece, and waits while `write` does.
    ///
    /// How it ended is in the audit when this returns. An error of `write` ends the request to the
    /// provider.
    ///
    /// - Throws: `CallFailure.Reason` when the provider broke off, and what `write` throws.
    public func forward(_ write: ([UInt8]) async throws -> Void) async throws {
        do {
            while let part = try await stream.next() {
                let passed = pass(part)
                if !passed.isEmpty { try await write(passed) }
            }
            let rest = end()
            if !rest.isEmpty { try await write(rest) }
        } catch {
            stream.cancel()
            let outbound = error as? OutboundError
            let isGone = Task.isCancelled || outbound == nil
            let reason = outbound.map(AnswerReader.reason)
            let failure = isGone ? .callerGone : reason ?? .callerGone
            await finish(failure)
            if isGone { throw error }
            throw failure
        }
        await finish(nil)
    }

    private func pass(_ part: [UInt8]) -> [UInt8] {
        progress.withLock { progress in
            let passed = progress.filter.pass(part)
            Self.note(passed, &progress)
            return passed
        }
    }

    private func end() -> [UInt8] {
        progress.withLock { progress in
            let rest = progress.filter.end()
            Self.note(rest, &progress)
            return rest
        }
    }

    private static func note(_ bytes: [UInt8], _ progress: inout Progress) {
        progress.digest.update(bytes)
        progress.byteCount += bytes.count
        let room = AuditRedaction.bodyByteCountMax - progress.head.count
        if room > 0 { progress.head += bytes.prefix(room) }
    }

    /// Ends it, once; for one that nobody wants any more.
    public func finish(_ failure: CallFailure.Reason? = .callerGone) async {
        if let ending = ending(failure) { await record(ending) }
    }

    /// What to record of the end; nil when it is recorded.
    private func ending(_ failure: CallFailure.Reason?) -> Ending? {
        progress.withLock { progress -> Ending? in
            guard !progress.isOver else { return nil }
            progress.isOver = true
            var digest = DigestStream()
            swap(&digest, &progress.digest)
            return Ending(
                failure: failure,
                head: progress.head,
                byteCount: progress.byteCount,
                digest: Hex.encode(digest.finish())
            )
        }
    }
}
