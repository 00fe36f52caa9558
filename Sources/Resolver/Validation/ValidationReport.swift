public import JSON
public import Model

/// What is wrong with a version of a config, or worth a look (API section 6).
public struct ValidationReport: Sendable, Hashable {
    /// What stops it.
    public let errors: [Issue]
    /// What somebody should look at.
    public let warnings: [Issue]
    /// Remarks.
    public let info: [Issue]
    /// The errors and warnings beyond those that are listed; a remark tells of each code.
    public let unlisted: Unlisted

    /// How many issues are not listed, since there are so many of their code.
    public struct Unlisted: Sendable, Hashable {
        /// The errors.
        public var errorCount = 0
        /// The warnings.
        public var warningCount = 0
    }

    /// Whether nothing stops it.
    public var isValid: Bool { errors.isEmpty }

    /// Whether it has errors, all of them about health: these do not stop a preview.
    public var hasOnlyHealthErrors: Bool {
        !errors.isEmpty && errors.allSatisfy { $0.code == .healthCheckFailed }
    }

    /// The report as the API writes it.
    public var json: JSONValue {
        .object([
            "valid": .bool(isValid),
            "errors": .array(errors.map(\.json)),
            "warnings": .array(warnings.map(\.json)),
            "info": .array(info.map(\.json)),
        ])
    }
}

/// A report being written: of each code the first hundred, and how many more there are.
struct ReportDraft {
    /// The most issues of one code, so that many of one kind do not hide another.
    static let countPerCodeMax = 100

    private var errors: [Issue] = []
    private var warnings: [Issue] = []
    private var counts: [Issue.Code: Int] = [:]
    private var unlisted = ValidationReport.Unlisted()
    private var remarks: [Issue] = []

    /// Adds an issue; its words are made only when it is kept.
    mutating func add(
        _ severity: Issue.Severity,
        _ code: Issue.Code,
        at pointer: @autoclosure () -> JSONPointer,
        _ detail: @autoclosure () -> String,
        suggestion: @autoclosure () -> String
    ) {
        guard take(code, severity) else { return }
        let issue = Issue(code, severity, at: pointer(), detail(), suggestion: suggestion())
        switch severity {
        case .error: errors.append(issue)
        case .warning: warnings.append(issue)
        case .info: remarks.append(issue)
        }
    }

    /// Adds an error that was found elsewhere.
    mutating func add(_ error: Issue) {
        if take(error.code, .error) { errors.append(error) }
    }

    private mutating func take(_ code: Issue.Code, _ severity: Issue.Severity) -> Bool {
        counts[code, default: 0] += 1
        guard counts[code, default: 0] > Self.countPerCodeMax else { return true }
        switch severity {
        case .error: unlisted.errorCount += 1
        case .warning: unlisted.warningCount += 1
        case .info: break
        }
        return false
    }

    /// The report, with a remark on each code of which not all is told.
    var report: ValidationReport {
        let cut = counts.filter { $0.value > Self.countPerCodeMax }
            .sorted { $0.key.rawValue < $1.key.rawValue }
            .map { code, count in
                Issue(
                    .limitExceeded,
                    .info,
                    at: .root,
                    "\(count - Self.countPerCodeMax) more of \(code.rawValue) are not listed",
                    suggestion: "mend those that are listed and validate again"
                )
            }
        return ValidationReport(
            errors: errors,
            warnings: warnings,
            info: remarks + cut,
            unlisted: unlisted
        )
    }
}
