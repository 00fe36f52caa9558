import JSON

/// What a rehearsal tells a reader, or a program.
enum SpecTestReport {
    /// A line for each call, and one below for each thing that is wrong.
    static func lines(_ rehearsal: SpecRehearsal, _ findings: [RehearsalFinding]) -> [String] {
        var lines = [rehearsal.name]
        var operation = ""
        for entry in rehearsal.entries {
            if entry.operation != operation { lines.append("  \(entry.operation)") }
            operation = entry.operation
            let take = entry.take.rawValue
            let padding = String(repeating: " ", count: max(1, 9 - take.count))
            lines.append("    \(take)\(padding)\(entry.request["line"]?.string ?? "")")
        }
        if let line = rehearsal.healthCheck?["line"]?.string {
            lines += ["  health check", "    \(line)"]
        }
        lines += findings.map { finding in
            let operation = finding.operation.map { "\($0): " } ?? ""
            return "  error \(operation)\(finding.member) \(finding.detail)"
        }
        return lines
    }

    /// The same with the whole requests.
    static func json(
        _ file: String,
        _ rehearsal: SpecRehearsal,
        _ findings: [RehearsalFinding]
    ) -> JSONValue {
        var json = rehearsal.golden.object ?? [:]
        json["file"] = .string(file)
        json["errors"] = .array(
            findings.map { finding in
                var object: JSONObject = [
                    "member": .string(finding.member), "detail": .string(finding.detail),
                ]
                object["operation"] = finding.operation.map { .string($0) }
                return .object(object)
            }
        )
        return .object(json)
    }
}
