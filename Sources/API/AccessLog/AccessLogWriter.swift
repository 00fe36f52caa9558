import Platform

/// The writing end of the access log; its queue alone touches it.
struct AccessLogWriter {
    /// How long it waits for a slow reader before it looks whether it is wanted to stop.
    static let patience = Duration.milliseconds(100)

    private let target: AccessLog.Target
    private var sink: LineSink
    private let report: @Sendable (String) -> Void
    /// Whether the last write failed, which is told once, not for each line.
    private var isFailing = false
    /// Whether the last line lacks its end, which the next write then gives it.
    private var isTorn = false

    /// Opens the target.
    init(
        _ target: AccessLog.Target,
        report: @escaping @Sendable (String) -> Void
    ) throws(SystemError) {
        self.target = target
        self.sink = try Self.open(target)
        self.report = report
    }

    /// Opens the target again, which somebody moved away; what can't be opened leaves the old one.
    mutating func reopen() {
        do {
            sink = try Self.open(target)
            (isTorn, isFailing) = (false, false)
        } catch {
            report(error.message)
        }
    }

    /// Writes lines; answers how many of them were lost.
    ///
    /// Waits for a slow reader until `givesUp` says so, which may also want the target opened again.
    mutating func write(_ lines: [UInt8], _ onStall: (inout AccessLogWriter) -> Bool) -> Int {
        var rest = (isTorn ? [0x0A] + lines : lines)[...]
        isTorn = false
        while true {
            switch sink.write(rest.span, patience: Self.patience) {
            case .written:
                isFailing = false
                return 0
            case .stalled(let count):
                rest = rest.dropFirst(count)
                if onStall(&self) { return rest.lineCount }
            case .failed(let count, let error):
                rest = rest.dropFirst(count)
                isTorn = rest.startIndex > 0 && rest[rest.startIndex - 1] != 0x0A
                if !isFailing { report(error.message) }
                isFailing = true
                return rest.lineCount
            }
        }
    }

    private static func open(_ target: AccessLog.Target) throws(SystemError) -> LineSink {
        switch target {
        case .standardOutput: LineSink(.output)
        case .file(let path): try LineSink(path: path)
        }
    }
}

extension ArraySlice<UInt8> {
    /// How many lines end in it.
    fileprivate var lineCount: Int { count { $0 == 0x0A } }
}
