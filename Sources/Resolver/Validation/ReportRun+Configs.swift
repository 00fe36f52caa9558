import JSON
import Model

extension ReportRun {
    /// The merged config of each binding, and secrets in its own part.
    mutating func checkConfigs() {
        var own: [Int: JSONObject] = [:]
        var checked: Set<Int> = []
        for (index, binding) in table.config.bindings.enumerated() {
            guard let spec = spec(index), let connection = connection(index).observed?.connection
            else { continue }
            if let config = binding.config { scan(config, index, spec) }
            let place = table.bindings[index].connection
            // Bindings without a part of their own run with what the connection says: once is enough.
            guard binding.config != nil || checked.insert(place).inserted else { continue }
            let lower = own[place] ?? connection.config
            own[place] = lower
            check(index, binding, lower, spec)
        }
    }

    private mutating func scan(_ config: JSONObject, _ index: Int, _ spec: IntegrationSpec) {
        let found = IssueList()
        SecretScan.scan(
            .object(config),
            at: Self.place(index).appending("config"),
            secretFields: spec.secretFields,
            issues: found
        )
        for issue in found.issues { draft.add(issue) }
    }

    private mutating func check(
        _ index: Int,
        _ binding: Binding,
        _ lower: JSONObject,
        _ spec: IntegrationSpec
    ) {
        let errors = MergedConfigCheck.errors(
            of: binding,
            at: index,
            connection: lower,
            spec.configSchema
        )
        for error in errors { draft.add(error) }
    }
}
