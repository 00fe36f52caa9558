import JSON
import Ledger
import Model

extension BenchWorld {
    /// What all tenants share, as changes of the ledger.
    static var shared: @Sendable (Ledger.Stamp) -> [Change] {
        let spec = Self.read { IntegrationSpec(reading: Self.spec(1), id: nil, issues: $0) }
        let blueprint = Self.read { Blueprint(reading: Self.blueprint(1), id: nil, issues: $0) }
        return { stamp in
            [.putSpec(Self.stored(spec, stamp)), .putBlueprint(Self.stored(blueprint, stamp))]
        }
    }

    /// A tenant's connections and its published config, as changes of the ledger.
    static func objects(of tenant: String) -> @Sendable (Ledger.Stamp) -> [Change] {
        let connections = (0..<10)
            .map { index in
                Self.read {
                    Connection(
                        reading: Self.connection(index, tenant),
                        tenant: nil,
                        id: nil,
                        issues: $0
                    )
                }
            }
        let config = Self.read {
            TenantAppConfig(
                reading: Self.config(1, 10, 10, tenant),
                tenant: nil,
                line: nil,
                latestVersion: { _ in nil },
                issues: $0
            )
        }
        let version = ConfigVersion(number: 1, config: config, status: .published)
        return { stamp in
            let transition = ConfigTransition(
                version: 1,
                from: .draft,
                to: .published,
                actor: "bench",
                at: stamp.now,
                reason: nil
            )
            return connections.map { .putConnection(Self.stored($0, stamp)) } + [
                .addTransition(config.tenant, config.line, transition),
                .putConfigVersion(Self.stored(version, stamp)),
            ]
        }
    }

    private static func stored<Value>(_ value: Value, _ stamp: Ledger.Stamp) -> Stored<Value> {
        Stored(value, revision: stamp.revision, createdAt: stamp.now, updatedAt: stamp.now)
    }
}
