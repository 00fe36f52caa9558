import API
import JSON
import Platform

/// The access log, as the settings want it, and the signal that has it opened again.
struct AccessLogging: Sendable {
    /// The log.
    let log: AccessLog
    private let watcher: SignalWatcher

    /// Opens the log; nil when the settings name none.
    ///
    /// - Throws: One line that names the setting when the file can't be opened.
    static func open(
        _ settings: AccessLogSettings,
        _ serverLog: ServerLog
    ) throws(CommandFailure) -> AccessLogging? {
        guard let path = settings.path else { return nil }
        do {
            let log = try AccessLog(
                path == "-" ? .standardOutput : .file(path),
                fraction: settings.fraction
            ) { detail in
                serverLog.write(.error, "accessLog.failed", ["detail": .string(detail)])
            }
            return AccessLogging(log: log, watcher: SignalWatcher([.hangup]) { _ in log.reopen() })
        } catch {
            throw .failed("accessLog.path: \(error.message)")
        }
    }

    /// Writes what waits, and ends.
    func close() async {
        await log.close()
        withExtendedLifetime(watcher) {}
    }
}
