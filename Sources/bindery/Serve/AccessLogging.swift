import API
import JSON
import Platform

/// The access log, as the settings want it, and SIGHUP, which has it opened again.
///
/// The signal is watched for without a log too: whoever rotates all logs of a machine must not end
/// the server with what a process does that knows nothing of it.
struct AccessLogging: Sendable {
    /// The log; nil when the settings name none.
    let log: AccessLog?
    private let watcher: SignalWatcher

    /// Opens the log.
    ///
    /// - Throws: One line that names the setting when the file can't be opened.
    init(_ settings: AccessLogSettings, _ serverLog: ServerLog) throws(CommandFailure) {
        let log = try Self.open(settings, serverLog)
        self.log = log
        self.watcher = SignalWatcher([.hangup]) { _ in log?.reopen() }
    }

    private static func open(
        _ settings: AccessLogSettings,
        _ serverLog: ServerLog
    ) throws(CommandFailure) -> AccessLog? {
        guard let path = settings.path else { return nil }
        do {
            return try AccessLog(
                path == "-" ? .standardOutput : .file(path),
                fraction: settings.fraction
            ) { detail in
                serverLog.write(.error, "accessLog.failed", ["detail": .string(detail)])
            }
        } catch {
            throw .failed("accessLog.path: \(error.message)")
        }
    }

    /// Writes what waits, and ends.
    func close() async {
        await log?.close()
        withExtendedLifetime(watcher) {}
    }
}
