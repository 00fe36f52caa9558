import JSON
import Model

extension ReportRun {
    /// The health of each bound connection, told at its first binding.
    mutating func checkHealth() {
        var seen: Set<Int> = []
        for index in table.config.bindings.indices {
            let place = table.bindings[index].connection
            guard seen.insert(place).inserted, let spec = spec(index),
                let observed = table.connections[place].observed,
                observed.connection.status == .active
            else { continue }
            check(observed, spec, Self.place(index).appending("connectionId"))
        }
    }

    /// The secret of each bound connection that can't be had, told at its first binding.
    ///
    /// Outside of production it warns: a config is often tried before its secrets are put in place.
    mutating func checkSecrets() {
        guard !surroundings.secretDefects.isEmpty else { return }
        let severity: Issue.Severity =
            table.environment.tier == .production ? .error : .warning
        var seen: Set<ConnectionID> = []
        for (index, binding) in table.config.bindings.enumerated() {
            guard let defect = surroundings.secretDefects[binding.connection],
                seen.insert(binding.connection).inserted
            else { continue }
            draft.add(
                severity,
                .secretUnavailable,
                at: Self.place(index).appending("connectionId"),
                "the secret of \(binding.connection.text) can't be had: \(defect)",
                suggestion: "put the secret where secretRef points, or point it elsewhere"
            )
        }
    }

    private mutating func check(
        _ observed: ObservedConnection,
        _ spec: IntegrationSpec,
        _ place: JSONPointer
    ) {
        let name = observed.connection.id.text
        let health = observed.health
        if health.isFailing {
            let why = health.errorCode.map { " (\($0))" } ?? ""
            draft.add(
                .error,
                .healthCheckFailed,
                at: place,
                "the last health check of \(name) failed\(why)",
                suggestion: "mend the connection or its secret, and test it again"
            )
        } else if spec.healthCheck == nil {
            draft.add(
                .warning,
                .connectionStatusUnknown,
                at: place,
                "\(spec.id.key.text) declares no health check, so nobody knows whether \(name) works",
                suggestion: "add a healthCheck to the next version of the integration"
            )
        } else if isStale(health) {
            let detail =
                health.checkedAt.map { "was last checked at \($0.text)" } ?? "was never checked"
            draft.add(
                .warning,
                .healthCheckStale,
                at: place,
                "\(name) \(detail)",
                suggestion: "test the connection; publish does it by itself"
            )
        }
    }

    private func isStale(_ health: ConnectionHealth) -> Bool {
        guard let checkedAt = health.checkedAt, health.status != .unknown else { return true }
        return surroundings.now - checkedAt > .seconds(surroundings.healthFreshSeconds)
    }
}

extension ConnectionHealth {
    /// Whether the last check failed; a connection that is on its way up again is degraded too, and
    /// its last check did not.
    fileprivate var isFailing: Bool {
        switch status {
        case .unhealthy: true
        case .degraded: consecutiveSuccesses == 0
        case .healthy, .unknown: false
        }
    }
}
