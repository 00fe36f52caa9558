import JSON
import Model

extension ObjectSet {
    /// Checks what the objects say of each other.
    ///
    /// The set is taken for whole: what it names and does not hold is an error.
    func checkReferences(_ report: inout CheckReport) {
        for placed in connections.values.sorted(by: { $0.place.text < $1.place.text }) {
            let issues = IssueList()
            check(placed.noun, issues)
            for issue in issues.issues { report.add(issue, at: placed.place) }
        }
        for placed in configs {
            let found = findings(of: placed.noun)
            for issue in found.issues { report.add(issue, at: placed.place) }
            report.count(errors: found.unlistedErrors, warnings: found.unlistedWarnings)
        }
    }

    private func check(_ connection: Connection, _ issues: IssueList) {
        guard let spec = specs[connection.spec]?.noun else {
            return reportMissing(connection.spec, issues)
        }
        spec.check(connection, issues)
    }

    private func reportMissing(_ id: SpecID, _ issues: IssueList) {
        let versions = specs.keys.filter { $0.key == id.key }.map(\.version).sorted()
        let meta = JSONPointer.root.appending("meta")
        guard versions.isEmpty else {
            return issues.error(
                .integrationSpecNotFound,
                at: meta.appending("integrationVersion"),
                "the set has no version \(id.version.text) of \(id.key)",
                suggestion: "use one of " + versions.suffix(10).map(\.text).joined(separator: ", ")
            )
        }
        let nearest = Spelling.nearest(to: id.key.text, in: Set(specs.keys.map(\.key.text)))
        issues.error(
            .integrationSpecNotFound,
            at: meta.appending("integrationKey"),
            "the set has no integration \(id.key)",
            suggestion: nearest.map { "did you mean \($0)?" } ?? "add its spec to the set"
        )
    }
}
