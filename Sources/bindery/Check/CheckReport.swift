import Model

/// What a check of files has found, as lines.
struct CheckReport: Sendable {
    /// The most lines that are kept; errors beyond are counted.
    static let lineCountMax = 1000

    /// The findings in the order found.
    private(set) var lines: [String] = []
    /// The errors found.
    private(set) var errorCount = 0
    /// The warnings found.
    private(set) var warningCount = 0

    /// Adds an error at a place.
    mutating func error(
        _ place: String,
        _ code: String,
        _ detail: String,
        suggestion: String? = nil
    ) {
        errorCount += 1
        add("\(place) \(code) \(detail)", suggestion)
    }

    /// Adds an issue of an object.
    mutating func add(_ issue: Issue, at place: ObjectPlace) {
        let text = "\(place.inObject(issue.pointer))"
        switch issue.severity {
        case .error: error(text, issue.code.rawValue, issue.detail, suggestion: issue.suggestion)
        case .warning, .info:
            if issue.severity == .warning { warningCount += 1 }
            let words = "\(issue.severity.rawValue) \(issue.code.rawValue) \(issue.detail)"
            add("\(text) \(words)", issue.suggestion)
        }
    }

    private mutating func add(_ line: String, _ suggestion: String?) {
        guard lines.count < Self.lineCountMax else { return }
        lines.append(line + (suggestion.map { " (\($0))" } ?? ""))
    }
}
