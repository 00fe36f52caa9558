import HTTPServer
import JSON
import Platform

/// Reads the certificates again, at SIGHUP and when a file changes, for the handshakes to come.
///
/// Nothing is dropped: connections go on with the certificate that they began with. When a file
/// cannot be used, the old certificates go on serving, and the log says which file and why.
final class CertificateReload: Sendable {
    /// How often the files are looked at.
    static let interval = Duration.seconds(2)

    /// After how many looks everything is read again, changed or not: once a day.
    ///
    /// New contexts have new keys for tickets; whoever steals one that never changes reads all that
    /// was said in TLS 1.2 sessions that were resumed by it.
    static let lookCountMax = 43_200

    private enum Cause: Sendable { case signal, look }

    private let tasks: [Task<Void, Never>]
    private let watcher: SignalWatcher

    /// Watches until it is stopped; without TLS there is nothing to read.
    init(_ settings: TLSSettings, _ tls: ServerTLS?, _ log: ServerLog) {
        // More signals than one while a reading is due ask for the same.
        let (causes, asking) = AsyncStream.makeStream(
            of: Cause.self,
            bufferingPolicy: .bufferingNewest(2)
        )
        watcher = SignalWatcher([.hangup]) { _ in asking.yield(.signal) }
        let reading = Task {
            guard let tls else { return }
            var reader = Reader(settings, tls, log)
            for await cause in causes { reader.take(cause) }
        }
        let looking = Task {
            while tls != nil, !Task.isCancelled {
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    // Stopped.
                    return
                }
                asking.yield(.look)
            }
        }
        tasks = [reading, looking]
    }

    /// Stops watching; returns when nothing will be read any more.
    func stop() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        withExtendedLifetime(watcher) {}
    }

    /// Reads when it is asked to, or when files that had changed have come to rest.
    private struct Reader {
        let settings: TLSSettings
        let tls: ServerTLS
        let log: ServerLog
        let files: [String]
        /// The files as they were read.
        var read: [FileStamp?]
        /// Why they could not be read last; nil when they were.
        var failure: ServerCertificates.Defect?
        /// How often was looked since they were read.
        var lookCount = 0
        /// The files as they were at the last look.
        var seen: [FileStamp?]

        init(_ settings: TLSSettings, _ tls: ServerTLS, _ log: ServerLog) {
            (self.settings, self.tls, self.log) = (settings, tls, log)
            files = ServerCertificates.files(settings)
            read = files.map { FileStamp($0) }
            seen = read
        }

        mutating func take(_ cause: Cause) {
            let stamps = files.map { FileStamp($0) }
            // A certificate and its key are two files, written one after the other: both are read
            // once nothing has moved from one look to the next.
            let isAtRest = stamps == seen
            seen = stamps
            lookCount += 1
            let isDue = cause == .signal || lookCount >= CertificateReload.lookCountMax
            guard isDue || (isAtRest && stamps != read) else { return }
            lookCount = 0
            do {
                let context = try ServerCertificates.load(settings)
                (read, failure) = (stamps, nil)
                tls.replace(by: context)
                CertificateLog.tell(context, "tls.reloaded", log)
            } catch {
                // Tried again at each look, as the reason may pass without a change of the files; told
                // when it is another one.
                defer { failure = error }
                guard cause == .signal || failure != error else { return }
                log.write(
                    .error,
                    "tls.reloadFailed",
                    [
                        "setting": .string(error.setting),
                        "detail": .string("\(error.detail); the old certificates go on serving"),
                    ]
                )
            }
        }
    }
}
